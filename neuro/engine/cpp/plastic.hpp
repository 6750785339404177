// Pair-based STDP; the order of work is that of neuro/engine/plasticity.py.
//
// SparsePlastic touches the rows of pre spikes and, through a transposed index, the columns of post
// spikes. DensePlastic is for additive all-to-all projections: only a pre spike touches its row; the
// potentiation by all post spikes since the row's last visit is made up for then. That is exact with
// hard bounds: between two visits a weight only grows, so one clip equals many.

#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "aligned.hpp"
#include "pass.hpp"

namespace neuro {

using Spikes = std::vector<uint32_t>;

template <class Real>
struct Rule {
  Real a_plus, a_minus, w_min, w_max;
  bool multiplicative, tie_depresses, immediate;
  std::vector<Real> decay_plus, decay_minus;  // after 0, 1, 2, ... steps; the last is zero

  static Real after(const std::vector<Real>& table, int64_t steps) {
    return table[std::min<int64_t>(steps, static_cast<int64_t>(table.size()) - 1)];
  }
};

template <class Real>
struct SparsePlastic {
  Rule<Real> rule;
  int64_t target_size;
  std::vector<int32_t> reaches;            // distinct delays after which post spikes arrive
  std::vector<uint32_t> group;             // reach of each synapse; empty if there is one
  std::vector<uint32_t> sources, targets;  // of each synapse
  std::vector<int64_t> incoming_offsets;   // by (reach, target)
  std::vector<int64_t> incoming;           // positions of synapses

  std::vector<Real> weights;
  std::vector<Real> pre;                   // trace right after the last event
  std::vector<int64_t> pre_step;           // step of that event
  std::vector<Real> post;                  // by (reach, target)
  std::vector<int64_t> post_step;

  int64_t group_of(int64_t synapse) const { return group.empty() ? 0 : group[synapse]; }

  void potentiate(const std::vector<const Spikes*>& posts, int64_t step) {
    for (size_t r = 0; r < posts.size(); ++r)
      for (uint32_t j : *posts[r]) potentiate_column(r * target_size + j, step);
  }

  void raise(const std::vector<const Spikes*>& posts, int64_t step) {
    for (size_t r = 0; r < posts.size(); ++r)
      for (uint32_t j : *posts[r]) {
        const int64_t column = r * target_size + j;
        post[column] = post[column] * rule.after(rule.decay_minus, step - post_step[column]) + 1;
        post_step[column] = step;
      }
  }

  void depress(uint32_t source, int64_t begin, int64_t end, int64_t step) {
    for (int64_t k = begin; k < end; ++k) {
      const int64_t column = group_of(k) * target_size + targets[k];
      const Real weight = weights[k];
      Real change = rule.a_minus *
                    (post[column] * rule.after(rule.decay_minus, step - post_step[column]));
      if (rule.multiplicative) change *= weight - rule.w_min;
      weights[k] = std::max(rule.w_min, weight - change);
    }
    pre[source] = pre[source] * rule.after(rule.decay_plus, step - pre_step[source]) + 1;
    pre_step[source] = step;
  }

 private:
  void potentiate_column(int64_t column, int64_t step) {
    for (int64_t k = incoming_offsets[column]; k < incoming_offsets[column + 1]; ++k) {
      const int64_t synapse = incoming[k];
      const uint32_t i = sources[synapse];
      const Real weight = weights[synapse];
      Real change = rule.a_plus * (pre[i] * rule.after(rule.decay_plus, step - pre_step[i]));
      if (rule.multiplicative) change *= rule.w_max - weight;
      weights[synapse] = std::min(rule.w_max, weight + change);
    }
  }
};

template <class Real>
struct DensePlastic {
  static constexpr size_t LOG_LIMIT = 1 << 20;  // post spikes remembered before all rows catch up
  static constexpr int64_t LOG_STEPS = int64_t{1} << 31;

  Rule<Real> rule;
  int64_t target_size;
  int32_t reach;                  // delay after which post spikes arrive
  bool no_self;                   // the pairs (i, i) do not exist: their entries stay zero
  RowPass<Real> pass;
  ScalePass<Real> scale;

  Aligned<Real> weights;          // (sources, targets)
  std::vector<Real> pre;          // trace right after the last event
  std::vector<int64_t> pre_step;
  Aligned<Real> post;             // trace at post_step
  int64_t post_step = 0;
  std::vector<uint64_t> log;      // post spikes since all rows caught up: step - log_begin, target
  int64_t log_begin = 0;
  std::vector<int64_t> seen;      // how much of the log each row has made up for
  std::vector<Real> changes;      // of one row, by steps since its last spike

  void arrive(const Spikes& posts, int64_t step) {
    if (log.size() > LOG_LIMIT || step - log_begin >= LOG_STEPS) settle();
    if (log.empty()) log_begin = step;
    for (uint32_t j : posts) log.push_back(entry(step, j));
  }

  void raise(const Spikes& posts, int64_t step) {
    if (posts.empty()) return;
    decay_to(step);
    for (uint32_t j : posts) post[j] += 1;
  }

  // Asks for a row before it is visited.
  void fetch(uint32_t source) const {
    const Real* row = weights.data() + source * target_size;
    for (int64_t j = 0; j < target_size; j += 256 / static_cast<int64_t>(sizeof(Real)))
      prefetch(row + j);
  }

  void visit(uint32_t source, int64_t step, Real* slot) {
    decay_to(step);
    catch_up(source);
    Real* row = weights.data() + source * target_size;
    if (no_self) row[source] = 0;
    pass(row, slot, post.data(), target_size, rule.a_minus, rule.w_min, rule.w_max);
    pre[source] = pre[source] * rule.after(rule.decay_plus, step - pre_step[source]) + 1;
    pre_step[source] = step;
  }

  void settle() {
    const auto sources = static_cast<uint32_t>(pre.size());
    for (uint32_t i = 0; i < sources; ++i) {
      catch_up(i);
      Real* row = weights.data() + i * target_size;
      for (int64_t j = 0; j < target_size; ++j) row[j] = std::min(rule.w_max, row[j]);
      if (no_self) row[i] = 0;
    }
    log.clear();
    std::fill(seen.begin(), seen.end(), 0);
  }

 private:
  uint64_t entry(int64_t step, uint32_t target) const {
    return static_cast<uint64_t>(step - log_begin) << 32 | target;
  }
  int64_t step_of(int64_t k) const { return log_begin + static_cast<int64_t>(log[k] >> 32); }

  void decay_to(int64_t step) {
    if (step == post_step) return;
    scale(post.data(), target_size, rule.after(rule.decay_minus, step - post_step));
    post_step = step;
  }

  void catch_up(uint32_t source) {
    const int64_t first = seen[source];
    seen[source] = static_cast<int64_t>(log.size());
    if (pre[source] == 0 || first == seen[source]) return;
    const int64_t since = pre_step[source];
    const auto reachable = static_cast<int64_t>(rule.decay_plus.size());
    const auto beyond = std::max<int64_t>(0, since + reachable - log_begin);
    const auto last = std::lower_bound(log.begin() + first, log.end(),
                                       static_cast<uint64_t>(beyond) << 32) - log.begin();
    if (last == first) return;
    const int64_t begin = step_of(first) - since, end = step_of(last - 1) - since + 1;
    if (static_cast<int64_t>(changes.size()) < end) changes.resize(end);
    const Real trace = pre[source], a_plus = rule.a_plus;
    const Real* decay = rule.decay_plus.data();
    Real* change = changes.data();
#pragma GCC ivdep
    for (int64_t n = begin; n < end; ++n) change[n] = a_plus * (trace * decay[n]);
    Real* row = weights.data() + source * target_size;
    const uint64_t* entries = log.data();
    const int64_t shift = log_begin - since;
    // No branch on the step: few post spikes share one.
#pragma GCC unroll 4
    for (int64_t k = first; k < last; ++k)
      row[static_cast<uint32_t>(entries[k])] += change[static_cast<int64_t>(entries[k] >> 32) + shift];
  }
};

}  // namespace neuro
