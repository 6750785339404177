// Learning under noise: one winner for each cluster, links in flight in a short list.
// The same bits as neuro/memories/hebbian.py; equations there.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "philox.hpp"
#include "topology.hpp"

namespace neuro::memories {

constexpr double pi = 3.141592653589793;
constexpr double one = 4294967296.0;  // a link's drive, 2^32: sums do not depend on their order

enum class Map { tan_sigmoid, cubic, clip };

struct Rule {
  Map map;
  double snap;
  double levels;                      // weights are k / levels; 0: any real number
  double increment;
  int64_t gain, floor;                // drives
  uint64_t erase, insert;             // below which a word is an erasure, an insertion
  bool insert_by_unit, reset;
  int64_t steps, gap;
  uint64_t seed;

  double mapped(double weight) const {
    if (weight > 1.0 - snap || weight >= 1.0) return 1.0;
    if (weight < snap) return 0.0;
    const double value = function(weight);
    return levels > 0 ? std::nearbyint(value * levels) / levels : value;  // halves to even
  }

  double function(double weight) const {
    if (map == Map::tan_sigmoid) return 0.5 + 0.5 * std::tanh(std::tan(pi * weight - pi / 2));
    if (map == Map::cubic) return weight * weight * (3.0 - 2.0 * weight);
    return weight;
  }
};

struct Link {
  int64_t first, second;              // units, the smaller one first
  double weight;
};

struct Tally {
  int64_t steps = 0, spikes = 0, events = 0, writes = 0, in_flight_sum = 0, in_flight_most = 0;
};

class Learner {
 public:
  Learner(Rows rows, const Rule& rule, std::vector<Link> links, std::vector<int32_t> active)
      : rows_(rows), rule_(rule), links(std::move(links)), active(std::move(active)),
        drive_(rows.topology.units()), seen_(rows.topology.clusters * rows.topology.clusters) {}

  void present(const int32_t* letters, uint32_t message) {
    if (rule_.reset) std::fill(active.begin(), active.end(), silent);
    for (int64_t step = 0; step < rule_.steps + rule_.gap; ++step) {
      std::fill(drive_.begin(), drive_.end(), 0);
      recurrent();
      compete(letters, message, static_cast<uint32_t>(step), step < rule_.steps);
      learn();
      count();
    }
  }

  Rows rows_;
  Rule rule_;
  std::vector<Link> links;
  std::vector<int32_t> active;        // letter of each cluster, or silent
  Tally tally;

 private:
  int64_t unit(int64_t cluster) const {
    return cluster * rows_.topology.size + active[cluster];
  }
  bool is_active(int64_t of) const {
    return active[of / rows_.topology.size] == of % rows_.topology.size;
  }

  void recurrent() {
    for (int64_t c = 0; c < rows_.topology.clusters; ++c)
      if (active[c] >= 0) spread(rows_.row(unit(c)));
    for (const Link& link : links) {
      const auto weight = static_cast<int64_t>(link.weight * one);
      const int64_t events = weight > 0;  // what drives nothing is no event
      if (is_active(link.first)) drive_[link.second] += weight, tally.events += events;
      if (is_active(link.second)) drive_[link.first] += weight, tally.events += events;
    }
  }

  void spread(const uint64_t* row) {
    const Topology& shape = rows_.topology;
    const int64_t width = shape.words_of_cluster();
    for (int64_t c = 0; c < shape.clusters; ++c)
      for (int64_t w = 0; w < width; ++w)
        for (uint64_t bits = row[c * width + w]; bits; bits &= bits - 1) {
          drive_[c * shape.size + w * word_bits + __builtin_ctzll(bits)] += int64_t{1} << 32;
          ++tally.events;
        }
  }

  void compete(const int32_t* letters, uint32_t message, uint32_t step, bool input) {
    for (int64_t c = 0; c < rows_.topology.clusters; ++c) {
      const Block words = philox({message, step, static_cast<uint32_t>(c), for_cluster}, rule_.seed);
      int64_t* drive = drive_.data() + c * rows_.topology.size;
      if (input) excite(drive, c, letters[c], words, message, step);
      active[c] = winner(drive, words[tie]);
      tally.spikes += active[c] >= 0;
    }
  }

  void excite(int64_t* drive, int64_t cluster, int32_t letter, const Block& words,
              uint32_t message, uint32_t step) {
    const int64_t size = rows_.topology.size;
    const bool kept = letter >= 0 && words[erasure] >= rule_.erase;
    if (kept) drive[letter] += rule_.gain;
    if (rule_.insert_by_unit) {
      insert_by_unit(drive, cluster, kept ? letter : silent, message, step);
    } else if (words[insertion] < rule_.insert) {
      const int64_t others = letter >= 0 ? size - 1 : size;
      if (others == 0) return;
      int64_t other = scaled(words[position], others);
      if (letter >= 0 && other >= letter) ++other;
      drive[other] += rule_.gain;
    }
  }

  void insert_by_unit(int64_t* drive, int64_t cluster, int32_t kept, uint32_t message,
                      uint32_t step) {
    const int64_t size = rows_.topology.size, begin = cluster * size;
    Block words{};
    for (int64_t k = 0; k < size; ++k) {
      const auto of = static_cast<uint32_t>(begin + k);
      if (k == 0 || of % 4 == 0)
        words = philox({message, step, of / 4, for_insertion}, rule_.seed);
      if (words[of % 4] < rule_.insert && k != kept) drive[k] += rule_.gain;
    }
  }

  int32_t winner(const int64_t* drive, uint32_t word) const {
    const int64_t size = rows_.topology.size;
    const int64_t most = *std::max_element(drive, drive + size);
    if (most <= rule_.floor) return silent;
    int64_t which = scaled(word, std::count(drive, drive + size, most));
    for (int64_t k = 0;; ++k)
      if (drive[k] == most && which-- == 0) return static_cast<int32_t>(k);
  }

  void learn() {
    const int64_t clusters = rows_.topology.clusters, size = rows_.topology.size;
    std::fill(seen_.begin(), seen_.end(), 0);
    size_t kept = 0;
    for (size_t k = 0; k < links.size(); ++k) {
      Link link = links[k];
      const bool both = is_active(link.first) && is_active(link.second);
      if (both) seen_[link.first / size * clusters + link.second / size] = 1;
      link.weight = rule_.mapped(link.weight + (both ? rule_.increment : 0.0));
      if (!settled(link)) links[kept++] = link;
    }
    links.resize(kept);
    for (int64_t a = 0; a < clusters; ++a)
      for (int64_t b = a + 1; b < clusters && active[a] >= 0; ++b)
        if (active[b] >= 0 && !seen_[a * clusters + b]) meet(a, b);
  }

  void meet(int64_t a, int64_t b) {
    if (rows_.linked(unit(a), rows_.topology.column(b, active[b]))) return;
    const Link link{unit(a), unit(b), rule_.mapped(rule_.increment)};
    if (!settled(link)) links.push_back(link);
  }

  bool settled(const Link& link) {
    if (link.weight > 0.0 && link.weight < 1.0) return false;
    if (link.weight <= 0.0) return true;
    const int64_t size = rows_.topology.size;
    const Topology& shape = rows_.topology;
    rows_.link(link.first, shape.column(link.second / size, link.second % size));
    rows_.link(link.second, shape.column(link.first / size, link.first % size));
    ++tally.writes;
    return true;
  }

  void count() {
    const auto now = static_cast<int64_t>(links.size());
    ++tally.steps;
    tally.in_flight_sum += now;
    tally.in_flight_most = std::max(tally.in_flight_most, now);
  }

  std::vector<int64_t> drive_;
  std::vector<uint8_t> seen_;
};

}  // namespace neuro::memories
