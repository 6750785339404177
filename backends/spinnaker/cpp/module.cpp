// Python bindings: arrays in, arrays out; the run itself holds no Python lock.

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>

#include "engine.hpp"

namespace py = pybind11;

namespace spinnaker {
namespace {

template <class T>
using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;

template <class T>
std::vector<T> copied(const Array<T>& array) {
  return std::vector<T>(array.data(), array.data() + array.size());
}

// The array itself, without a copy; it lives as long as anything that uses it.
template <class T>
Shared<T> shared(const Array<T>& array) {
  return {std::make_shared<Array<T>>(array), array.data(), static_cast<size_t>(array.size())};
}

template <class T>
py::array_t<T> given(const std::vector<T>& values) {
  return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

// Instruction sets that run here, the best one first.
std::vector<std::string> instruction_sets() {
  std::vector<std::string> found{"baseline"};
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && pass_avx2(false, false))
    found.insert(found.begin(), "avx2");
#endif
  return found;
}

// Sets the constants, one for all neurons if each of them is, and the sweep that takes them so.
void set_constants(Cells& cells, const std::vector<Array<int32_t>>& constants,
                   const std::string& isa) {
  if (constants.size() != CONSTANTS) throw std::invalid_argument("constants: wrong number");
  bool uniform = true;
  for (const auto& values : constants) {
    cells.values.push_back(copied<int32_t>(values));
    uniform = uniform && values.size() == 1;
  }
  if (!uniform)
    for (auto& values : cells.values)
      if (values.size() == 1) values.assign(cells.size, values[0]);
  const auto choose = isa == "avx2" ? pass_avx2 : pass_baseline;
  cells.pass = choose(cells.conductance, uniform);
}

void add_population(Emulator& emulator, int64_t size, int64_t slots, bool conductance,
                    const std::vector<int>& shifts, const Array<int32_t>& v,
                    const std::vector<Array<int32_t>>& constants, const std::string& isa) {
  if (slots < 1 || (slots & (slots - 1))) throw std::invalid_argument("slots: no power of two");
  auto cells = std::make_shared<Cells>();
  cells->size = size;
  cells->slots = slots;
  cells->conductance = conductance;
  for (int r = 0; r < RECEPTORS; ++r) cells->shifts[r] = shifts.at(r);
  set_constants(*cells, constants, isa);
  Population group;
  group.v = copied<int32_t>(v);
  for (auto& input : group.inputs) input.assign(size, 0);
  group.refractory.assign(size, 0);
  group.rings.assign(slots * RECEPTORS * size, 0);
  group.tallies.assign(TALLIES, 0);
  group.cells = std::move(cells);
  emulator.populations.push_back(std::move(group));
  emulator.source_sizes.push_back(size);
}

// Keeps post spikes of a population, the latest `limit` of each neuron; all of them for 0.
void add_history(Emulator& emulator, int population, int32_t limit, const Array<int16_t>& decay) {
  auto& group = emulator.populations.at(population);
  group.history = PostHistory(group.cells->size, limit, Decay{copied<int16_t>(decay)});
}

// Ports come in the order of cores, then of sources and ticks.
int add_port(Emulator& emulator, int core, int population, int source, int64_t resend) {
  emulator.ports.push_back({core, population, source, resend, {}});
  return static_cast<int>(emulator.ports.size()) - 1;
}

using Ends = std::tuple<int, int, int, int>;  // as the first members of Group

Group& add_group(Emulator& emulator, const Ends& ends, const Array<int64_t>& offsets,
                 const Array<uint32_t>& targets, const Array<int32_t>& delays) {
  const auto [projection, port, population, receptor] = ends;
  Group group{projection,      port, population,     receptor, shared(offsets),
              shared(targets), {},   shared(delays), {}};
  emulator.groups.push_back(std::move(group));
  return emulator.groups.back();
}

void add_static(Emulator& emulator, const Ends& ends, const Array<int64_t>& offsets,
                const Array<uint32_t>& targets, const Array<int32_t>& delays,
                const Array<uint16_t>& weights) {
  add_group(emulator, ends, offsets, targets, delays).weights = shared(weights);
}

void add_plastic(Emulator& emulator, const Ends& ends, const Array<int64_t>& offsets,
                 const Array<uint32_t>& targets, const Array<int32_t>& delays,
                 const Array<uint16_t>& weights, bool multiplicative,
                 const std::vector<int32_t>& bounds, const Array<int16_t>& plus,
                 const Array<int16_t>& minus) {
  auto& group = add_group(emulator, ends, offsets, targets, delays);
  const auto& target = emulator.populations.at(group.population);
  if (!target.history.kept()) throw std::invalid_argument("the target keeps no history");
  PlasticRows rows;
  rows.rule = std::make_shared<const Rule>(
      Rule{multiplicative, bounds.at(0), bounds.at(1), bounds.at(2), bounds.at(3),
           Decay{copied<int16_t>(plus)}, Decay{copied<int16_t>(minus)}});
  rows.shift = target.cells->shifts[group.receptor];
  rows.weights = copied<uint16_t>(weights);
  rows.pre_time.assign(offsets.size() - 1, 0);
  rows.pre_trace.assign(offsets.size() - 1, 0);
  group.plastic = std::move(rows);
}

using Pairs = std::vector<std::pair<Array<int64_t>, Array<int64_t>>>;

std::vector<Feed> feeds_of(const Pairs& inputs) {
  std::vector<Feed> feeds;
  for (const auto& [ticks, indices] : inputs)
    feeds.push_back({ticks.data(), indices.data(), static_cast<int64_t>(ticks.size())});
  return feeds;
}

py::dict advance(Emulator& emulator, int64_t ticks, const Pairs& inputs,
                 const std::vector<std::tuple<int, int, int64_t, Array<int64_t>>>& wanted,
                 const Lose& lose) {
  const auto feeds = feeds_of(inputs);
  std::vector<Probe> probes;
  for (const auto& [population, variable, interval, indices] : wanted)
    probes.push_back({population, variable, interval, copied<int64_t>(indices)});
  Record record;
  {
    py::gil_scoped_release unlocked;
    emulator.advance(ticks, feeds, probes, lose, record);
  }
  py::list spikes, traces;
  for (size_t i = 0; i < record.spike_ticks.size(); ++i)
    spikes.append(py::make_tuple(given(record.spike_ticks[i]), given(record.spike_indices[i])));
  for (size_t i = 0; i < probes.size(); ++i)
    traces.append(py::make_tuple(given(record.trace_ticks[i]), given(record.trace_values[i])));
  py::dict answer;
  answer["spikes"] = spikes;
  answer["traces"] = traces;
  answer["events"] = record.events;
  return answer;
}

// Counts the spikes that a source of `size` neurons had since tick `first`, in equal bins.
void add_counts(const Record& record, size_t source, int64_t size, int64_t first, int64_t ticks,
                int64_t bins, int32_t* counts) {
  const auto& at = record.spike_ticks[source];
  const auto& indices = record.spike_indices[source];
  for (size_t k = 0; k < at.size(); ++k)
    ++counts[(at[k] - first) * bins / ticks * size + indices[k]];
}

// Runs each sample from the emulator's present state and counts the spikes of each population in
// `bins` equal stretches of time: (samples, bins, neurons). Samples are shared among threads; each
// is one emulator's work, so the answer does not depend on how many there are.
py::dict batch(const Emulator& emulator, int64_t ticks, const std::vector<Pairs>& samples,
               int64_t bins, int threads, const Lose& lose) {
  const auto count = static_cast<int64_t>(samples.size());
  std::vector<std::vector<Feed>> feeds;
  for (const auto& inputs : samples) feeds.push_back(feeds_of(inputs));
  std::vector<py::array_t<int32_t>> answers;
  std::vector<int32_t*> counts;
  for (const auto& group : emulator.populations) {
    answers.emplace_back(std::vector<py::ssize_t>{count, bins, group.cells->size});
    counts.push_back(answers.back().mutable_data());
    std::fill_n(counts.back(), answers.back().size(), 0);
  }
  std::vector<std::vector<int64_t>> events(count);
  {
    py::gil_scoped_release unlocked;
    std::atomic<int64_t> next{0};
    std::vector<std::exception_ptr> failures(std::max(threads, 1));
    const auto work = [&](int thread) {
      try {
        for (int64_t sample; (sample = next++) < count;) {
          Emulator own = emulator;
          Record record;
          own.advance(ticks, feeds[sample], {}, lose, record);
          for (size_t p = 0; p < counts.size(); ++p) {
            const int64_t size = own.populations[p].cells->size;
            add_counts(record, own.inputs() + p, size, emulator.step, ticks, bins,
                       counts[p] + sample * bins * size);
          }
          events[sample] = std::move(record.events);
        }
      } catch (...) {  // `lose` is Python and may raise
        failures[thread] = std::current_exception();
        next = count;
      }
    };
    std::vector<std::thread> others;
    for (int k = 1; k < threads; ++k) others.emplace_back(work, k);
    work(0);
    for (auto& thread : others) thread.join();
    for (const auto& failure : failures)
      if (failure) std::rethrow_exception(failure);
  }
  py::dict answer;
  answer["counts"] = answers;
  answer["events"] = events;
  return answer;
}

// The stored weights of the plastic rows of one group.
py::array_t<uint16_t> weights(const Emulator& emulator, int group) {
  return given(emulator.groups.at(group).plastic.value().weights);
}

// Calls `visit(name, values)` for every array that changes during a run and keeps its length.
template <class Visit>
void visit_state(Emulator& emulator, Visit visit) {
  for (size_t p = 0; p < emulator.populations.size(); ++p) {
    auto& group = emulator.populations[p];
    const std::string name = "population" + std::to_string(p) + ".";
    visit(name + "v", group.v);
    visit(name + "input0", group.inputs[0]);
    visit(name + "input1", group.inputs[1]);
    visit(name + "refractory", group.refractory);
    visit(name + "rings", group.rings);
    visit(name + "tallies", group.tallies);
  }
  for (size_t k = 0; k < emulator.groups.size(); ++k) {
    auto& plastic = emulator.groups[k].plastic;
    if (!plastic) continue;
    const std::string name = "rows" + std::to_string(k) + ".";
    visit(name + "weights", plastic->weights);
    visit(name + "pre_time", plastic->pre_time);
    visit(name + "pre_trace", plastic->pre_trace);
  }
  visit("skipped", emulator.skipped);
  visit("packets", emulator.packets);
}

// The same for the post histories, whose length may grow.
template <class Visit>
void visit_histories(Emulator& emulator, Visit visit) {
  for (size_t p = 0; p < emulator.populations.size(); ++p) {
    const std::string name = "population" + std::to_string(p) + ".";
    auto& history = emulator.populations[p].history;
    if (history.kept())
      history.visit_state([&](const char* part, auto& values) { visit(name + part, values); });
  }
}

py::dict snapshot(Emulator& emulator) {
  py::dict arrays;
  const auto store = [&](const std::string& name, auto& values) {
    arrays[py::str(name)] = given(values);
  };
  visit_state(emulator, store);
  visit_histories(emulator, store);
  for (size_t s = 0; s < emulator.recent.size(); ++s) {
    std::vector<int64_t> sizes;
    Spikes all;
    for (const auto& spikes : emulator.recent[s]) {
      sizes.push_back(static_cast<int64_t>(spikes.size()));
      all.insert(all.end(), spikes.begin(), spikes.end());
    }
    const std::string name = "source" + std::to_string(s) + ".";
    arrays[py::str(name + "recent_sizes")] = given(sizes);
    arrays[py::str(name + "recent")] = given(all);
  }
  arrays["step"] = given(std::vector<int64_t>{emulator.step});
  return arrays;
}

template <class T>
Array<T> stored(const py::dict& arrays, const std::string& name) {
  if (!arrays.contains(name)) throw std::invalid_argument("no array " + name);
  return py::cast<Array<T>>(arrays[py::str(name)]);
}

void restore_recent(Emulator& emulator, const py::dict& arrays, size_t s) {
  const std::string name = "source" + std::to_string(s) + ".recent";
  const auto sizes = stored<int64_t>(arrays, name + "_sizes");
  const auto all = stored<uint32_t>(arrays, name);
  auto& recent = emulator.recent[s];
  if (static_cast<size_t>(sizes.size()) != recent.size())
    throw std::invalid_argument("array " + name + "_sizes has another length");
  int64_t begin = 0;
  for (size_t k = 0; k < recent.size(); ++k) {
    const int64_t size = sizes.data()[k];
    if (size < 0 || size > all.size() - begin)
      throw std::invalid_argument("array " + name + " is too short");
    recent[k].assign(all.data() + begin, all.data() + begin + size);
    begin += size;
    for (uint32_t i : recent[k])
      if (i >= emulator.source_sizes[s])
        throw std::invalid_argument("array " + name + " is out of range");
  }
}

void restore(Emulator& emulator, const py::dict& arrays) {
  emulator.step = stored<int64_t>(arrays, "step").at(0);
  if (emulator.step < 0) throw std::invalid_argument("array step is negative");
  visit_state(emulator, [&](const std::string& name, auto& values) {
    using T = typename std::decay_t<decltype(values)>::value_type;
    const auto array = stored<T>(arrays, name);
    if (static_cast<size_t>(array.size()) != values.size())
      throw std::invalid_argument("array " + name + " has another length");
    values = copied<T>(array);
  });
  visit_histories(emulator, [&](const std::string& name, auto& values) {
    values = copied(stored<typename std::decay_t<decltype(values)>::value_type>(arrays, name));
  });
  for (auto& group : emulator.populations)
    if (group.history.kept() &&
        (group.history.count.size() != group.v.size() ||
         !group.history.sound()))
      throw std::invalid_argument("the arrays of a post history do not fit together");
  for (size_t s = 0; s < emulator.recent.size(); ++s) restore_recent(emulator, arrays, s);
}

std::vector<std::vector<int64_t>> tallies(const Emulator& emulator) {
  std::vector<std::vector<int64_t>> found;
  for (const auto& group : emulator.populations) found.push_back(group.tallies);
  return found;
}

}  // namespace
}  // namespace spinnaker

PYBIND11_MODULE(_native, module) {
  using namespace spinnaker;
  module.doc() = "Compiled kernels of neuro.backends.spinnaker.";
  module.def("instruction_sets", &instruction_sets);
  py::class_<Emulator>(module, "Emulator")
      .def(py::init<>())
      .def("add_input", [](Emulator& e, int64_t size) { e.source_sizes.push_back(size); })
      .def("add_population", &add_population)
      .def("add_history", &add_history)
      .def("add_port", &add_port)
      .def("add_static", &add_static)
      .def("add_plastic", &add_plastic)
      .def("finish", &Emulator::finish)
      .def("advance", &advance)
      .def("batch", &batch)
      .def("weights", &weights)
      .def("reset", &Emulator::reset)
      .def("snapshot", &snapshot)
      .def("restore", &restore)
      .def("tallies", &tallies)
      .def_readonly("skipped", &Emulator::skipped)
      .def_readonly("packets", &Emulator::packets)
      .def_readonly("step", &Emulator::step);
}
