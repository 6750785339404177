// Python bindings: arrays in, arrays out; the run itself holds no Python lock.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "engine.hpp"

namespace py = pybind11;

namespace neuro {
namespace {

// Numbers below the smallest normal one are treated as zero while a run lasts: decaying currents
// would else become a hundred times slower. The caller's mode is restored.
class FlushDenormals {
 public:
#if defined(__x86_64__)
  FlushDenormals() : mode_(_mm_getcsr()) { _mm_setcsr(mode_ | 0x8040); }
  ~FlushDenormals() { _mm_setcsr(mode_); }

 private:
  unsigned mode_;
#endif
};

template <class T>
using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;

template <class T, class From = T>
std::vector<T> copied(const Array<From>& array) {
  return std::vector<T>(array.data(), array.data() + array.size());
}

template <class T>
py::array_t<T> given(const std::vector<T>& values) {
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
  Population<Real> group;
  group.cell = cell_named(cell);
  group.size = size;
  group.slots = slots;
  group.uniform = uniform;
  group.direct = direct;
  for (const auto& values : state) group.state.push_back(copied<Real>(values));
  if (!direct) group.rings.assign(receptors, std::vector<Real>(slots * size, 0));
  for (const auto& values : constants) group.constants.push_back(copied<Real>(values));
  for (const auto& values : group.constants) group.table.push_back(values.data());
  group.reset = copied<Real>(reset);
  group.refractory = copied<int32_t>(refractory);
  if (!group.reset.empty()) {
    group.free_at.assign(size, -2);
    int32_t longest = 0;
    for (int32_t steps : group.refractory) longest = std::max(longest, steps);
    group.releases.resize(longest + 2);
  }
  group.pass = pass_for<Real>(isa, group.cell, uniform, !direct);
  engine.populations.push_back(std::move(group));
  // The tables point into the constants, which have moved with the group.
  auto& kept = engine.populations.back();
  for (size_t i = 0; i < kept.constants.size(); ++i) kept.table[i] = kept.constants[i].data();
  engine.source_sizes.push_back(size);
}

template <class Real>
Synapses<Real>& add_synapses(Engine<Real>& engine, int source, int population, int receptor,
                             const Array<int64_t>& offsets, const Array<uint32_t>& targets,
                             const Array<Real>& weights, const Array<int32_t>& delays) {
  Synapses<Real> group;
  group.source = source;
  group.population = population;
  group.receptor = receptor;
  group.offsets = copied<int64_t>(offsets);
  if (engine.populations[population].size <= 65536) {
    group.narrow = copied<uint16_t, uint32_t>(targets);
  } else {
    group.wide = copied<uint32_t>(targets);
  }
  group.weights = copied<Real>(weights);
  group.delays = copied<int32_t>(delays);
  group.distinct = group.delays;
  std::sort(group.distinct.begin(), group.distinct.end());
  group.distinct.erase(std::unique(group.distinct.begin(), group.distinct.end()),
                       group.distinct.end());
  engine.synapses.push_back(std::move(group));
  return engine.synapses.back();
}

// `segments` is empty for ring-buffer delivery; rows are sorted by delay if it is not.
template <class Real>
void add_static(Engine<Real>& engine, int source, int population, int receptor,
                const Array<int64_t>& offsets, const Array<uint32_t>& targets,
                const Array<Real>& weights, const Array<int32_t>& delays,
                const Array<int64_t>& segments) {
  auto& group =
      add_synapses(engine, source, population, receptor, offsets, targets, weights, delays);
  group.direct = engine.populations[population].direct;
  group.segments = copied<int64_t>(segments);
}

template <class Real>
void add_plastic(Engine<Real>& engine, int source, int population, int receptor,
                 const Array<int64_t>& offsets, const Array<uint32_t>& targets,
                 const Array<Real>& weights, const Array<int32_t>& delays,
                 const Array<uint32_t>& delay_group, const Array<uint32_t>& sources,
                 const Array<int64_t>& incoming_offsets, const Array<int64_t>& incoming,
                 const std::vector<Real>& rule, bool multiplicative, bool tie_depresses,
                 const Array<Real>& decay_plus, const Array<Real>& decay_minus) {
  auto& group =
      add_synapses(engine, source, population, receptor, offsets, targets, weights, delays);
  auto plastic = std::make_unique<Plastic<Real>>();
  plastic->a_plus = rule[0];
  plastic->a_minus = rule[1];
  plastic->w_min = rule[2];
  plastic->w_max = rule[3];
  plastic->multiplicative = multiplicative;
  plastic->tie_depresses = tie_depresses;
  plastic->target_size = engine.populations[population].size;
  plastic->delays = group.distinct;
  if (group.distinct.size() > 1) plastic->group = copied<uint32_t>(delay_group);
  plastic->sources = copied<uint32_t>(sources);
  plastic->targets = copied<uint32_t>(targets);
  plastic->incoming_offsets = copied<int64_t>(incoming_offsets);
  plastic->incoming = copied<int64_t>(incoming);
  plastic->decay_plus = copied<Real>(decay_plus);
  plastic->decay_minus = copied<Real>(decay_minus);
  plastic->weights = group.weights;
  plastic->pre.assign(offsets.size() - 1, 0);
  plastic->pre_step.assign(offsets.size() - 1, 0);
  plastic->post.assign(plastic->delays.size() * plastic->target_size, 0);
  plastic->post_step.assign(plastic->post.size(), 0);
  plastic->posts.resize(plastic->delays.size());
  group.plastic = std::move(plastic);
}

template <class Real>
py::dict advance(Engine<Real>& engine, int64_t steps,
                 const std::vector<std::pair<Array<int64_t>, Array<int64_t>>>& inputs,
                 const std::vector<std::tuple<int, int, int64_t, Array<int64_t>>>& wanted) {
  std::vector<std::pair<const int64_t*, const int64_t*>> fed;
  std::vector<int64_t> sizes;
  for (const auto& [at, indices] : inputs) {
    fed.emplace_back(at.data(), indices.data());
    sizes.push_back(at.size());
  }
  std::vector<Probe> probes;
  for (const auto& [population, variable, interval, indices] : wanted)
    probes.push_back({population, variable, interval, copied<int64_t>(indices)});
  Record<Real> record;
  for (auto& group : engine.synapses) group.events = group.updates = 0;
  {
    py::gil_scoped_release unlocked;
    FlushDenormals flush;
    engine.advance(steps, fed, sizes, probes, record);
  }
  py::list spikes, traces, events, updates;
  for (size_t i = 0; i < record.spike_steps.size(); ++i)
    spikes.append(py::make_tuple(given(record.spike_steps[i]), given(record.spike_indices[i])));
  for (size_t i = 0; i < probes.size(); ++i)
    traces.append(py::make_tuple(given(record.trace_steps[i]), given(record.trace_values[i])));
  for (const auto& group : engine.synapses) {
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

template <class Real>
py::array_t<double> weights(const Engine<Real>& engine, int projection) {
  const auto& group = engine.synapses.at(projection);
  const auto& values = group.plastic ? group.plastic->weights : group.weights;
  std::vector<double> wide(values.begin(), values.end());
  return given(wide);
}

// The position of the first population whose state is not finite, and of the variable; or (-1, -1).
// Synaptic variables come first: the membrane breaks because they do.
template <class Real>
std::pair<int, int> broken(const Engine<Real>& engine) {
  for (size_t p = 0; p < engine.populations.size(); ++p) {
    const auto& group = engine.populations[p];
    for (size_t left = group.state.size(); left > 0; --left) {
      const size_t i = left - 1;
      for (int64_t j = 0; j < group.size; ++j) {
        const bool parked = i == 0 && !group.free_at.empty() && group.free_at[j] >= engine.step - 1;
        if (!parked && !std::isfinite(group.state[i][j]))
          return {static_cast<int>(p), static_cast<int>(i)};
      }
    }
  }
  return {-1, -1};
}

template <class Real>
void bind(py::module_& module, const char* name) {
  using E = Engine<Real>;
  py::class_<E>(module, name)
      .def(py::init<>())
      .def("add_input", [](E& engine, int64_t size) { engine.source_sizes.push_back(size); })
      .def("add_population", &add_population<Real>)
      .def("add_static", &add_static<Real>)
      .def("add_plastic", &add_plastic<Real>)
      .def("finish", &E::finish)
      .def("advance", &advance<Real>)
      .def("weights", &weights<Real>)
      .def("broken", &broken<Real>)
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
