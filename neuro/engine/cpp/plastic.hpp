// Pair-based STDP, event-driven: only the rows of pre spikes and the columns of post spikes are
// touched. Order of work as in neuro/engine/plasticity.py.

#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace neuro {

template <class Real>
struct Plastic {
  Real a_plus, a_minus, w_min, w_max;
  bool multiplicative, tie_depresses;
  int64_t target_size;
  std::vector<int32_t> delays;                 // distinct
  std::vector<uint32_t> group;                 // delay of each synapse; empty if there is one delay
  std::vector<uint32_t> sources, targets;      // of each synapse
  std::vector<int64_t> incoming_offsets;       // by (delay, target)
  std::vector<int64_t> incoming;               // positions of synapses
  std::vector<Real> decay_plus, decay_minus;   // after 0, 1, 2, ... steps; the last is zero

  std::vector<Real> weights;
  std::vector<Real> pre;                       // trace right after the last event
  std::vector<int64_t> pre_step;               // step of that event
  std::vector<Real> post;                      // by (delay, target)
  std::vector<int64_t> post_step;

  std::vector<const std::vector<uint32_t>*> posts;  // who reaches the synapses now, by delay

  uint32_t group_of(int64_t synapse) const { return group.empty() ? 0 : group[synapse]; }

  static Real decayed(const std::vector<Real>& table, int64_t steps) {
    return table[std::min<int64_t>(steps, static_cast<int64_t>(table.size()) - 1)];
  }

  void receive(int64_t step) {
    for (size_t d = 0; d < delays.size(); ++d)
      for (uint32_t j : *posts[d]) potentiate(d * target_size + j, step);
    if (tie_depresses) raise(step);
  }

  void settle(int64_t step) {
    if (!tie_depresses) raise(step);
  }

  void potentiate(int64_t column, int64_t step) {
    for (int64_t k = incoming_offsets[column]; k < incoming_offsets[column + 1]; ++k) {
      const int64_t synapse = incoming[k];
      const uint32_t i = sources[synapse];
      const Real weight = weights[synapse];
      Real change = a_plus * (pre[i] * decayed(decay_plus, step - pre_step[i]));
      if (multiplicative) change *= w_max - weight;
      weights[synapse] = std::min(w_max, weight + change);
    }
  }

  void depress(uint32_t source, int64_t begin, int64_t end, int64_t step) {
    for (int64_t k = begin; k < end; ++k) {
      const int64_t column = group_of(k) * target_size + targets[k];
      const Real weight = weights[k];
      Real change = a_minus * (post[column] * decayed(decay_minus, step - post_step[column]));
      if (multiplicative) change *= weight - w_min;
      weights[k] = std::max(w_min, weight - change);
    }
    pre[source] = pre[source] * decayed(decay_plus, step - pre_step[source]) + 1;
    pre_step[source] = step;
  }

  void raise(int64_t step) {
    for (size_t d = 0; d < delays.size(); ++d)
      for (uint32_t j : *posts[d]) {
        const int64_t column = d * target_size + j;
        post[column] = post[column] * decayed(decay_minus, step - post_step[column]) + 1;
        post_step[column] = step;
      }
  }
};

}  // namespace neuro
