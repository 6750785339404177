// Python bindings: arrays in, arrays out; no Python lock is held while they are worked on.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "learn.hpp"
#include "recall.hpp"

namespace py = pybind11;

namespace neuro::memories {
namespace {

template <class T>
using Array = py::array_t<T, py::array::c_style>;

Rows rows_of(Array<uint64_t>& words, int64_t clusters, int64_t size) {
  const Topology shape{clusters, size};
  if (words.ndim() != 2 || words.shape(0) != shape.units() || words.shape(1) != shape.words())
    throw std::invalid_argument("rows of another topology");
  return {words.mutable_data(), shape};
}

Map map_named(const std::string& name) {
  if (name == "tan_sigmoid") return Map::tan_sigmoid;
  if (name == "cubic") return Map::cubic;
  if (name == "clip") return Map::clip;
  throw std::invalid_argument("unknown map " + name);
}

// Units of each pattern become linked with one another; negative ones are none.
void store(Array<uint64_t> words, int64_t clusters, int64_t size, const Array<int64_t>& units) {
  const Rows rows = rows_of(words, clusters, size);
  const int64_t patterns = units.shape(0), width = units.shape(1);
  const int64_t* all = units.data();
  py::gil_scoped_release unlocked;
  for (int64_t m = 0; m < patterns; ++m)
    for (int64_t b = 0; b < width; ++b) {
      const int64_t* pattern = all + m * width;
      if (pattern[b] < 0) continue;
      const int64_t column = rows.topology.column(pattern[b] / size, pattern[b] % size);
      for (int64_t a = 0; a < width; ++a)
        if (a != b && pattern[a] >= 0) rows.link(pattern[a], column);
    }
}

Rule rule_of(const py::dict& given) {
  return {map_named(given["map"].cast<std::string>()),
          given["snap"].cast<double>(),
          given["levels"].cast<double>(),
          given["increment"].cast<double>(),
          given["gain"].cast<int64_t>(),
          given["floor"].cast<int64_t>(),
          given["erase"].cast<uint64_t>(),
          given["insert"].cast<uint64_t>(),
          given["insert_by_unit"].cast<bool>(),
          given["reset"].cast<bool>(),
          given["steps"].cast<int64_t>(),
          given["gap"].cast<int64_t>(),
          given["seed"].cast<uint64_t>()};
}

template <class T, class Item, class Get>
py::array_t<T> column_of(const std::vector<Item>& items, Get get) {
  py::array_t<T> found(static_cast<py::ssize_t>(items.size()));
  for (size_t k = 0; k < items.size(); ++k) found.mutable_at(k) = get(items[k]);
  return found;
}

py::dict learn(Array<uint64_t> words, int64_t clusters, int64_t size,
               const Array<int32_t>& letters, uint32_t first_message, const py::dict& rule,
               const Array<int64_t>& first, const Array<int64_t>& second,
               const Array<double>& weights, const std::vector<int32_t>& active) {
  std::vector<Link> links(static_cast<size_t>(weights.size()));
  for (size_t k = 0; k < links.size(); ++k) links[k] = {first.at(k), second.at(k), weights.at(k)};
  Learner learner(rows_of(words, clusters, size), rule_of(rule), std::move(links), active);
  const int32_t* all = letters.data();
  const int64_t messages = letters.shape(0);
  {
    py::gil_scoped_release unlocked;
    for (int64_t m = 0; m < messages; ++m)
      learner.present(all + m * clusters, first_message + static_cast<uint32_t>(m));
  }
  const Tally& tally = learner.tally;
  py::dict found;
  found["first"] = column_of<int64_t>(learner.links, [](const Link& x) { return x.first; });
  found["second"] = column_of<int64_t>(learner.links, [](const Link& x) { return x.second; });
  found["weights"] = column_of<double>(learner.links, [](const Link& x) { return x.weight; });
  found["active"] = learner.active;
  found["tally"] = std::vector<int64_t>{tally.steps,  tally.spikes,        tally.events,
                                        tally.writes, tally.in_flight_sum, tally.in_flight_most};
  return found;
}

py::tuple recall(Array<uint64_t> words, int64_t clusters, int64_t size, const Array<int32_t>& cues,
                 bool by_max, int64_t iterations, int64_t memory_effect) {
  const int64_t count = cues.shape(0);
  py::array_t<int32_t> answers({count, clusters}), rounds(count);
  py::array_t<int64_t> spikes(count);
  Decoder decoder(rows_of(words, clusters, size), iterations, memory_effect);
  const int32_t* cue = cues.data();
  int32_t *answer = answers.mutable_data(), *round = rounds.mutable_data();
  int64_t* spike = spikes.mutable_data();
  {
    py::gil_scoped_release unlocked;
    for (int64_t q = 0; q < count; ++q, cue += clusters, answer += clusters) {
      const Answer found = by_max ? decoder.sum_of_max(cue, answer) : decoder.sum_of_sum(cue, answer);
      round[q] = found.iterations;
      spike[q] = found.spikes;
    }
  }
  return py::make_tuple(answers, rounds, spikes);
}

// How many of the units listed for each cue each unit is linked with.
py::array_t<int32_t> drives(Array<uint64_t> words, int64_t clusters, int64_t size,
                            const Array<int64_t>& units, const Array<int64_t>& offsets) {
  const Rows rows = rows_of(words, clusters, size);
  const int64_t cues = offsets.size() - 1, width = rows.topology.words_of_cluster();
  py::array_t<int32_t> counts({cues, rows.topology.units()});
  int32_t* count = counts.mutable_data();
  const int64_t *unit = units.data(), *offset = offsets.data();
  py::gil_scoped_release unlocked;
  std::fill(count, count + cues * rows.topology.units(), 0);
  for (int64_t q = 0; q < cues; ++q, count += rows.topology.units())
    for (int64_t k = offset[q]; k < offset[q + 1]; ++k)
      for (int64_t c = 0; c < clusters; ++c)
        for (int64_t w = 0; w < width; ++w)
          for (uint64_t bits = rows.row(unit[k])[c * width + w]; bits; bits &= bits - 1)
            ++count[c * size + w * word_bits + __builtin_ctzll(bits)];
  return counts;
}

}  // namespace
}  // namespace neuro::memories

PYBIND11_MODULE(_native, module) {
  module.doc() = "Kernels of neuro.memories";
  module.def("store", &neuro::memories::store);
  module.def("learn", &neuro::memories::learn);
  module.def("drives", &neuro::memories::drives);
  module.def("recall", &neuro::memories::recall);
}
