// Python bindings: arrays in, arrays out; the run itself holds no Python lock.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <atomic>
#include <thread>

#include "engine.hpp"

namespace py = pybind11;

namespace neuro {
namespace {

template <class T>
using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;

template <class T, class From = T>
std::vector<T> copied(const Array<From>& array) {
  return std::vector<T>(array.data(), array.data() + array.size());
}

// The array itself, without a copy; it lives as long as anything that uses it.
template <class T>
Shared<T> shared(const Array<T>& array) {
  return {std::make_shared<Array<T>>(array), array.data(), static_cast<size_t>(array.size())};
}

template <class T, class Allocator>
py::array_t<T> given(const std::vector<T, Allocator>& values) {
  return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

std::string instruction_set() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return "avx512";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "avx2";
#endif
  return "baseline";
}

template <class Real>
Pass<Real> pass_for(const std::string& isa, Cell cell, bool uniform, bool summed) {
  if (isa == "avx512") return pass_avx512<Real>(cell, uniform, summed);
  if (isa == "avx2") return pass_avx2<Real>(cell, uniform, summed);
  return pass_baseline<Real>(cell, uniform, summed);
}

template <class Real>
RowPass<Real> row_pass_for(const std::string& isa, bool immediate) {
  if (isa == "avx512") return row_pass_avx512<Real>(immediate);
  if (isa == "avx2") return row_pass_avx2<Real>(immediate);
  return row_pass_baseline<Real>(immediate);
}

template <class Real>
ScalePass<Real> scale_pass_for(const std::string& isa) {
  if (isa == "avx512") return scale_pass_avx512<Real>();
  if (isa == "avx2") return scale_pass_avx2<Real>();
  return scale_pass_baseline<Real>();
}

Cell cell_named(const std::string& name) {
  static const std::vector<std::pair<std::string, Cell>> known = {
      {"CurrentExponentialLIF exact", Cell::current_exact},
      {"CurrentExponentialLIF tick", Cell::current_tick},
      {"ConductanceExponentialLIF exact", Cell::conductance_exact},
      {"ConductanceExponentialLIF tick", Cell::conductance_tick},
      {"DeltaLIF exact", Cell::delta},
      {"DeltaLIF tick", Cell::delta},
      {"DiscreteLIF exact", Cell::discrete},
      {"DiscreteLIF tick", Cell::discrete},
      {"BinaryThresholdUnit exact", Cell::binary},
      {"BinaryThresholdUnit tick", Cell::binary},
  };
  for (const auto& [text, cell] : known)
    if (text == name) return cell;
  throw std::invalid_argument("unknown cell " + name);
}

template <class Real>
void add_population(Engine<Real>& engine, const std::string& cell, int64_t size, int64_t receptors,
                    int64_t slots, bool direct, bool uniform,
                    const std::vector<Array<Real>>& state,
                    const std::vector<Array<Real>>& constants, const Array<Real>& reset,
                    const Array<int32_t>& refractory, const std::string& isa) {
  auto fixed = std::make_shared<CellConstants<Real>>();
  fixed->cell = cell_named(cell);
  fixed->size = size;
  fixed->slots = slots;
  for (const auto& values : constants) fixed->values.push_back(copied<Real>(values));
  for (const auto& values : fixed->values) fixed->table.push_back(values.data());
  fixed->reset = copied<Real>(reset);
  fixed->refractory = copied<int32_t>(refractory);
  fixed->pass = pass_for<Real>(isa, fixed->cell, uniform, !direct);
  Population<Real> group;
  for (const auto& values : state)
    group.state.emplace_back(values.data(), values.data() + values.size());
  if (!direct) group.rings.assign(receptors, Aligned<Real>(slots * size, 0));
  if (!fixed->reset.empty()) {
    group.free_at.assign(size, -2);
    group.releases.resize(
        *std::max_element(fixed->refractory.begin(), fixed->refractory.end()) + 2);
  }
  group.fixed = std::move(fixed);
  engine.populations.push_back(std::move(group));
  engine.source_sizes.push_back(size);
}

// Gives the cells of a population other constants from the next step on.
template <class Real>
void set_constants(Engine<Real>& engine, int population, bool uniform,
                   const std::vector<Array<Real>>& constants, const std::string& isa) {
  auto& group = engine.populations.at(population);
  auto fixed = std::make_shared<CellConstants<Real>>(*group.fixed);
  if (constants.size() != fixed->values.size())
    throw std::invalid_argument("another number of constants");
  fixed->values.clear();
  fixed->table.clear();
  for (const auto& values : constants) fixed->values.push_back(copied<Real>(values));
  for (const auto& values : fixed->values) fixed->table.push_back(values.data());
  fixed->pass = pass_for<Real>(isa, fixed->cell, uniform, !group.rings.empty());
  group.fixed = std::move(fixed);
}

template <class Real>
Projection<Real>& add_projection(Engine<Real>& engine, int source, int population, int receptor,
                                 const Array<int64_t>& offsets) {
  Projection<Real> group;
  group.source = source;
  group.population = population;
  group.receptor = receptor;
  group.offsets = shared(offsets);
  engine.projections.push_back(std::move(group));
  return engine.projections.back();
}

template <class Real>
std::shared_ptr<Rows<Real>> rows_with_delays(const Array<int32_t>& delays) {
  auto rows = std::make_shared<Rows<Real>>();
  rows->delays = shared(delays);
  const int32_t* end = delays.data() + delays.size();
  std::vector<char> found(delays.size() ? *std::max_element(delays.data(), end) + 1 : 0);
  for (const int32_t* delay = delays.data(); delay < end; ++delay) found[*delay] = 1;
  for (size_t delay = 0; delay < found.size(); ++delay)
    if (found[delay]) rows->distinct.push_back(static_cast<int32_t>(delay));
  return rows;
}

// `segments` is empty for ring-buffer delivery; rows are sorted by delay if it is not.
template <class Real>
void add_static(Engine<Real>& engine, int source, int population, int receptor,
                const Array<int64_t>& offsets, const Array<uint32_t>& targets,
                const Array<Real>& weights, const Array<int32_t>& delays,
                const Array<int64_t>& segments) {
  auto& group = add_projection(engine, source, population, receptor, offsets);
  auto rows = rows_with_delays<Real>(delays);
  if (engine.populations[population].fixed->size <= 65536) {
    rows->narrow = Shared<uint16_t>(copied<uint16_t, uint32_t>(targets));
  } else {
    rows->wide = shared(targets);
  }
  rows->weights = shared(weights);
  rows->segments = shared(segments);
  group.direct = !rows->segments.empty();
  group.rows = std::move(rows);
}

template <class Real>
Rule<Real> rule_of(const std::vector<Real>& bounds, bool multiplicative, bool tie_depresses,
                   bool immediate, const Array<Real>& decay_plus, const Array<Real>& decay_minus) {
  return {bounds[0],     bounds[1], bounds[2],
          bounds[3],     multiplicative, tie_depresses,
          immediate,     copied<Real>(decay_plus), copied<Real>(decay_minus)};
}

template <class Real>
void add_sparse_plastic(Engine<Real>& engine, int source, int population, int receptor,
                        const Array<int64_t>& offsets, const Array<int32_t>& delays,
                        const std::vector<Real>& bounds, bool multiplicative, bool tie_depresses,
                        bool immediate, const Array<Real>& decay_plus,
                        const Array<Real>& decay_minus, const Array<uint32_t>& targets,
                        const Array<Real>& weights, const Array<int32_t>& reaches,
                        const Array<uint32_t>& reach_group, const Array<uint32_t>& sources,
                        const Array<int64_t>& incoming_offsets, const Array<int64_t>& incoming) {
  auto& group = add_projection(engine, source, population, receptor, offsets);
  group.rows = rows_with_delays<Real>(delays);
  SparsePlastic<Real> plastic;
  plastic.rule = rule_of<Real>(bounds, multiplicative, tie_depresses, immediate, decay_plus,
                               decay_minus);
  plastic.target_size = engine.populations[population].fixed->size;
  plastic.reaches = copied<int32_t>(reaches);
  if (reaches.size() > 1) plastic.group = copied<uint32_t>(reach_group);
  plastic.sources = copied<uint32_t>(sources);
  plastic.targets = copied<uint32_t>(targets);
  plastic.incoming_offsets = copied<int64_t>(incoming_offsets);
  plastic.incoming = copied<int64_t>(incoming);
  plastic.weights = copied<Real>(weights);
  plastic.pre.assign(offsets.size() - 1, 0);
  plastic.pre_step.assign(offsets.size() - 1, 0);
  plastic.post.assign(plastic.reaches.size() * plastic.target_size, 0);
  plastic.post_step.assign(plastic.post.size(), 0);
  group.sparse = std::move(plastic);
}

// `weights` holds every pair, row after row; the pairs (i, i) count as absent if `no_self`.
template <class Real>
void add_dense_plastic(Engine<Real>& engine, int source, int population, int receptor,
                       const Array<int64_t>& offsets, const Array<int32_t>& delays,
                       const std::vector<Real>& bounds, bool multiplicative, bool tie_depresses,
                       bool immediate, const Array<Real>& decay_plus,
                       const Array<Real>& decay_minus, const Array<Real>& weights, int32_t reach,
                       bool no_self, const std::string& isa) {
  auto& group = add_projection(engine, source, population, receptor, offsets);
  group.rows = rows_with_delays<Real>(delays);
  DensePlastic<Real> plastic;
  plastic.rule = rule_of<Real>(bounds, multiplicative, tie_depresses, immediate, decay_plus,
                               decay_minus);
  plastic.target_size = engine.populations[population].fixed->size;
  plastic.reach = reach;
  plastic.no_self = no_self;
  plastic.pass = row_pass_for<Real>(isa, immediate);
  plastic.scale = scale_pass_for<Real>(isa);
  plastic.weights.assign(weights.data(), weights.data() + weights.size());
  plastic.pre.assign(offsets.size() - 1, 0);
  plastic.pre_step.assign(offsets.size() - 1, 0);
  plastic.seen.assign(offsets.size() - 1, 0);
  plastic.post.assign(plastic.target_size, 0);
  group.dense = std::move(plastic);
}

using Pairs = std::vector<std::pair<Array<int64_t>, Array<int64_t>>>;

std::vector<Feed> feeds_of(const Pairs& inputs) {
  std::vector<Feed> feeds;
  for (const auto& [steps, indices] : inputs)
    feeds.push_back({steps.data(), indices.data(), static_cast<int64_t>(steps.size())});
  return feeds;
}

template <class Real>
py::dict advance(Engine<Real>& engine, int64_t steps, const Pairs& inputs,
                 const std::vector<std::tuple<int, int, int64_t, Array<int64_t>>>& wanted,
                 int threads) {
  const auto feeds = feeds_of(inputs);
  std::vector<Probe> probes;
  for (const auto& [population, variable, interval, indices] : wanted)
    probes.push_back({population, variable, interval, copied<int64_t>(indices)});
  Record record;
  for (auto& group : engine.projections) group.events = group.updates = 0;
  {
    py::gil_scoped_release unlocked;
    FlushDenormals flush;
    engine.advance(steps, feeds, probes, threads, record);
  }
  py::list spikes, traces, events, updates;
  for (size_t i = 0; i < record.spike_steps.size(); ++i)
    spikes.append(py::make_tuple(given(record.spike_steps[i]), given(record.spike_indices[i])));
  for (size_t i = 0; i < probes.size(); ++i)
    traces.append(py::make_tuple(given(record.trace_steps[i]), given(record.trace_values[i])));
  for (const auto& group : engine.projections) {
    events.append(group.events);
    updates.append(group.updates);
  }
  py::dict answer;
  answer["spikes"] = spikes;
  answer["traces"] = traces;
  answer["events"] = events;
  answer["updates"] = updates;
  return answer;
}

// Runs each sample from the engine's present state and counts the spikes of each population in
// `bins` equal stretches of time: (samples, bins, neurons). Samples are shared among threads; each
// is one engine's work, so the answer does not depend on how many there are.
template <class Real>
py::dict batch(const Engine<Real>& engine, int64_t steps, const std::vector<Pairs>& samples,
               int64_t bins, int threads) {
  const auto count = static_cast<int64_t>(samples.size());
  std::vector<std::vector<Feed>> feeds;
  for (const auto& inputs : samples) feeds.push_back(feeds_of(inputs));
  std::vector<py::array_t<int32_t>> answers;
  std::vector<int32_t*> counts;
  for (const auto& group : engine.populations) {
    answers.emplace_back(std::vector<py::ssize_t>{count, bins, group.fixed->size});
    counts.push_back(answers.back().mutable_data());
    std::fill_n(counts.back(), answers.back().size(), 0);
  }
  std::vector<std::vector<int64_t>> events(count), updates(count);
  {
    py::gil_scoped_release unlocked;
    std::atomic<int64_t> next{0};
    const auto work = [&] {
      FlushDenormals flush;
      Engine<Real> own = engine;
      for (int64_t sample; (sample = next++) < count;) {
        if (own.step != engine.step) own = engine;
        for (auto& group : own.projections) group.events = group.updates = 0;
        Record record;
        record.bins = bins;
        record.first = engine.step;
        record.steps = steps;
        for (size_t p = 0; p < counts.size(); ++p)
          record.counts.push_back(counts[p] + sample * bins * own.populations[p].fixed->size);
        own.advance(steps, feeds[sample], {}, 1, record);
        for (const auto& group : own.projections) {
          events[sample].push_back(group.events);
          updates[sample].push_back(group.updates);
        }
      }
    };
    std::vector<std::thread> others;
    for (int k = 1; k < threads; ++k) others.emplace_back(work);
    work();
    for (auto& thread : others) thread.join();
  }
  py::dict answer;
  answer["counts"] = answers;
  answer["events"] = events;
  answer["updates"] = updates;
  return answer;
}

template <class Real>
py::array_t<double> weights(Engine<Real>& engine, int projection) {
  auto& group = engine.projections.at(projection);
  std::vector<double> wide;
  if (group.sparse) {
    wide.assign(group.sparse->weights.begin(), group.sparse->weights.end());
    return given(wide);
  }
  auto& plastic = *group.dense;
  plastic.settle();
  const auto sources = static_cast<int64_t>(plastic.pre.size());
  for (int64_t i = 0; i < sources; ++i)
    for (int64_t j = 0; j < plastic.target_size; ++j)
      if (!plastic.no_self || i != j) wide.push_back(plastic.weights[i * plastic.target_size + j]);
  return given(wide);
}

// The position of the first population whose state is not finite, and of the variable; or (-1, -1).
// Synaptic variables come first: the membrane breaks because they do.
template <class Real>
std::pair<int, int> broken(const Engine<Real>& engine) {
  for (size_t p = 0; p < engine.populations.size(); ++p) {
    const auto& group = engine.populations[p];
    for (size_t left = group.state.size(); left > 0; --left)
      for (int64_t j = 0; j < group.fixed->size; ++j)
        if (!std::isfinite(group.value(left - 1, j, engine.step)))
          return {static_cast<int>(p), static_cast<int>(left - 1)};
  }
  return {-1, -1};
}

// Calls `visit(name, values)` for every array that changes during a run.
template <class Real, class Visit>
void visit_state(Engine<Real>& engine, Visit visit) {
  for (size_t p = 0; p < engine.populations.size(); ++p) {
    auto& group = engine.populations[p];
    const std::string name = "population" + std::to_string(p) + ".";
    for (size_t i = 0; i < group.state.size(); ++i)
      visit(name + "state" + std::to_string(i), group.state[i]);
    for (size_t r = 0; r < group.rings.size(); ++r)
      visit(name + "arrivals" + std::to_string(r), group.rings[r]);
    visit(name + "free_at", group.free_at);
  }
  for (size_t k = 0; k < engine.projections.size(); ++k) {
    auto& group = engine.projections[k];
    const std::string name = "projection" + std::to_string(k) + ".";
    if (group.sparse) {
      visit(name + "weights", group.sparse->weights);
      visit(name + "pre", group.sparse->pre);
      visit(name + "pre_step", group.sparse->pre_step);
      visit(name + "post", group.sparse->post);
      visit(name + "post_step", group.sparse->post_step);
    }
    if (group.dense) {
      group.dense->settle();
      visit(name + "weights", group.dense->weights);
      visit(name + "pre", group.dense->pre);
      visit(name + "pre_step", group.dense->pre_step);
      visit(name + "post", group.dense->post);
      std::vector<int64_t> post_step{group.dense->post_step};
      visit(name + "post_step", post_step);
      group.dense->post_step = post_step[0];
    }
  }
}

template <class Real>
py::dict snapshot(Engine<Real>& engine) {
  py::dict arrays;
  visit_state(engine, [&](const std::string& name, auto& values) {
    arrays[py::str(name)] = given(values);
  });
  for (size_t s = 0; s < engine.history.size(); ++s) {
    std::vector<int64_t> sizes;
    Spikes all;
    for (const auto& spikes : engine.history[s]) {
      sizes.push_back(static_cast<int64_t>(spikes.size()));
      all.insert(all.end(), spikes.begin(), spikes.end());
    }
    const std::string name = "source" + std::to_string(s) + ".";
    arrays[py::str(name + "recent_sizes")] = given(sizes);
    arrays[py::str(name + "recent")] = given(all);
  }
  arrays["step"] = given(std::vector<int64_t>{engine.step});
  return arrays;
}

template <class T>
Array<T> stored(const py::dict& arrays, const std::string& name) {
  if (!arrays.contains(name)) throw std::invalid_argument("no array " + name);
  return py::cast<Array<T>>(arrays[py::str(name)]);
}

template <class Real>
void restore(Engine<Real>& engine, const py::dict& arrays) {
  engine.step = stored<int64_t>(arrays, "step").at(0);
  visit_state(engine, [&](const std::string& name, auto& values) {
    using T = typename std::decay_t<decltype(values)>::value_type;
    const auto array = stored<T>(arrays, name);
    if (static_cast<size_t>(array.size()) != values.size())
      throw std::invalid_argument("array " + name + " has another length");
    values.assign(array.data(), array.data() + array.size());
  });
  for (size_t s = 0; s < engine.history.size(); ++s) {
    const std::string name = "source" + std::to_string(s) + ".";
    const auto sizes = stored<int64_t>(arrays, name + "recent_sizes");
    const auto all = stored<uint32_t>(arrays, name + "recent");
    if (static_cast<size_t>(sizes.size()) != engine.history[s].size())
      throw std::invalid_argument("array " + name + "recent_sizes has another length");
    int64_t begin = 0;
    for (size_t k = 0; k < engine.history[s].size(); ++k) {
      const int64_t end = begin + sizes.data()[k];
      if (sizes.data()[k] < 0 || end > all.size())
        throw std::invalid_argument("array " + name + "recent is too short");
      engine.history[s][k].assign(all.data() + begin, all.data() + end);
      begin = end;
      for (uint32_t i : engine.history[s][k])
        if (i >= engine.source_sizes[s])
          throw std::invalid_argument("array " + name + "recent is out of range");
    }
  }
  for (auto& group : engine.populations) {
    for (auto& freed : group.releases) freed.clear();
    const auto room = static_cast<int64_t>(group.releases.size());
    for (size_t j = 0; j < group.free_at.size(); ++j)
      if (group.parked(0, j, engine.step)) {
        if (group.free_at[j] + 2 - engine.step > room)
          throw std::invalid_argument("array free_at is out of range");
        group.releases[(group.free_at[j] + 1) % room].push_back(static_cast<uint32_t>(j));
      }
  }
}

template <class Real>
void bind(py::module_& module, const char* name) {
  using E = Engine<Real>;
  py::class_<E>(module, name)
      .def(py::init<>())
      .def("add_input", [](E& engine, int64_t size) { engine.source_sizes.push_back(size); })
      .def("add_population", &add_population<Real>)
      .def("set_constants", &set_constants<Real>)
      .def("add_static", &add_static<Real>)
      .def("add_sparse_plastic", &add_sparse_plastic<Real>)
      .def("add_dense_plastic", &add_dense_plastic<Real>)
      .def("finish", &E::finish)
      .def("advance", &advance<Real>)
      .def("weights", &weights<Real>)
      .def("broken", &broken<Real>)
      .def("batch", &batch<Real>)
      .def("reset", &E::reset)
      .def("snapshot", &snapshot<Real>)
      .def("restore", &restore<Real>)
      .def_readwrite("tile_bytes", &E::tile_bytes)
      .def_readonly("step", &E::step);
}

}  // namespace
}  // namespace neuro

PYBIND11_MODULE(_native, module) {
  module.doc() = "Compiled kernels of neuro.engine.";
  module.def("instruction_set", &neuro::instruction_set);
  neuro::bind<float>(module, "Engine32");
  neuro::bind<double>(module, "Engine64");
}
