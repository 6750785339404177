// The run loop: populations, projections, delivery of spikes, recording.
//
// Order of work and of additions as in neuro/engine/run_loop.py. Where the delays onto a population
// are few and its arrivals are added at the end of a step (`exact`, exponential synapses), weights
// go straight into the synaptic state when they arrive ("direct"); else they are summed in ring
// buffers until then.
//
// What never changes is shared, so that copying an engine, for the samples of a batch, copies state
// only.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pass.hpp"
#include "plastic.hpp"

namespace neuro {

// Rows of a static projection, sorted by source, then delay (direct) or not (ring), then target.
template <class Real>
struct Rows {
  std::vector<uint16_t> narrow;      // targets, where 16 bits are enough,
  std::vector<uint32_t> wide;        // else here
  std::vector<Real> weights;         // one for all, or one for each synapse
  std::vector<int32_t> delays;       // one for all, or one for each synapse
  std::vector<int32_t> distinct;     // the different delays, ascending
  std::vector<int64_t> segments;     // direct only: start of each delay in each row

  int64_t target(int64_t k) const { return wide.empty() ? narrow[k] : wide[k]; }
  Real weight(int64_t k) const { return weights[weights.size() == 1 ? 0 : k]; }
};

template <class Real>
struct Projection {
  int source;      // among all sources: inputs first, then populations
  int population;  // the target
  int receptor;
  bool direct = false;
  std::shared_ptr<const std::vector<int64_t>> offsets;  // (sources + 1)
  std::shared_ptr<const Rows<Real>> rows;
  std::optional<SparsePlastic<Real>> sparse;
  std::optional<DensePlastic<Real>> dense;
  int64_t events = 0;
  int64_t updates = 0;
};

template <class Real>
struct CellConstants {
  Cell cell;
  int64_t size;
  int64_t slots;  // steps for which arrivals are kept
  std::vector<std::vector<Real>> values;
  std::vector<const Real*> table;
  std::vector<Real> reset;          // one or size; empty for cells without a membrane
  std::vector<int32_t> refractory;  // steps, one or size
  Pass<Real> pass;

  Real reset_of(int64_t j) const { return reset[reset.size() == 1 ? 0 : j]; }
  int32_t refractory_of(int64_t j) const { return refractory[refractory.size() == 1 ? 0 : j]; }
};

template <class Real>
struct Population {
  std::shared_ptr<const CellConstants<Real>> fixed;
  std::vector<std::vector<Real>> state;  // v, excitatory, inhibitory; or u; or nothing
  std::vector<std::vector<Real>> rings;  // for each receptor (slots, size); none if direct
  std::vector<int64_t> free_at;          // last step of each neuron's refractory time
  std::vector<Spikes> releases;          // neurons to be freed, by step modulo its size

  // A refractory membrane is parked; this is what it stands for.
  bool parked(size_t variable, int64_t j, int64_t step) const {
    return variable == 0 && !free_at.empty() && free_at[j] >= step - 1;
  }
  Real value(size_t variable, int64_t j, int64_t step) const {
    return parked(variable, j, step) ? fixed->reset_of(j) : state[variable][j];
  }
};

struct Probe {
  int population;
  int variable;
  int64_t interval;
  std::vector<int64_t> indices;
};

// Spikes that an input emits, sorted by step.
struct Feed {
  const int64_t* steps;
  const int64_t* indices;
  int64_t size;
};

struct Record {
  std::vector<std::vector<int64_t>> spike_steps;  // for each source
  std::vector<std::vector<int64_t>> spike_indices;
  std::vector<std::vector<int64_t>> trace_steps;  // for each probe
  std::vector<std::vector<double>> trace_values;
};

template <class Real>
class Engine {
 public:
  std::vector<int64_t> source_sizes;  // inputs first, then populations
  std::vector<Population<Real>> populations;
  std::vector<Projection<Real>> projections;
  std::vector<std::vector<Spikes>> history;  // for each source, by step modulo its size
  int64_t step = 0;

  int inputs() const { return static_cast<int>(source_sizes.size() - populations.size()); }

  // Sizes everything that depends on all parts; called once, after the last one was added.
  void finish() {
    int64_t longest = 1;
    int64_t largest = 0;
    size_t reaches = 1;
    for (const auto& group : projections) {
      if (group.rows)
        for (int32_t delay : group.rows->distinct) longest = std::max<int64_t>(longest, delay);
      if (group.sparse) {
        for (int32_t reach : group.sparse->reaches) longest = std::max<int64_t>(longest, reach);
        reaches = std::max(reaches, group.sparse->reaches.size());
      }
      if (group.dense) longest = std::max<int64_t>(longest, group.dense->reach);
    }
    for (const auto& group : populations) largest = std::max(largest, group.fixed->size);
    history.assign(source_sizes.size(), std::vector<Spikes>(longest + 1));
    scratch_.resize(largest);
    initial_ = std::make_shared<const Engine>(*this);
  }

  // Returns to time zero.
  void reset() {
    const auto initial = initial_;
    *this = *initial;
    initial_ = initial;
  }

  // Runs `steps` steps with the spikes of each input.
  void advance(int64_t steps, const std::vector<Feed>& feeds, const std::vector<Probe>& probes,
               Record& record) {
    position_.assign(feeds.size(), 0);
    record.spike_steps.resize(source_sizes.size());
    record.spike_indices.resize(source_sizes.size());
    record.trace_steps.resize(probes.size());
    record.trace_values.resize(probes.size());
    if (step == 0) {
      feed(-1, feeds, record);
      transmit(-1);
    }
    for (const int64_t end = step + steps; step < end; ++step) {
      sample(probes, record);
      update(record);
      feed(step, feeds, record);
      transmit(step);
    }
  }

  Spikes& emitted(int source, int64_t at) {
    auto& ring = history[source];
    const auto size = static_cast<int64_t>(ring.size());
    return ring[(at % size + size) % size];
  }

 private:
  std::shared_ptr<const Engine> initial_;
  Spikes scratch_;
  std::vector<int64_t> position_;
  std::vector<const Spikes*> posts_;

  void sample(const std::vector<Probe>& probes, Record& record) {
    for (size_t p = 0; p < probes.size(); ++p) {
      const Probe& probe = probes[p];
      if (step % probe.interval) continue;
      const auto& group = populations[probe.population];
      record.trace_steps[p].push_back(step);
      for (int64_t j : probe.indices)
        record.trace_values[p].push_back(group.value(probe.variable, j, step));
    }
  }

  void update(Record& record) {
    for (size_t p = 0; p < populations.size(); ++p) {
      auto& group = populations[p];
      const auto& fixed = *group.fixed;
      if (!group.releases.empty()) {
        auto& freed = group.releases[step % group.releases.size()];
        for (uint32_t j : freed) group.state[0][j] = fixed.reset_of(j);
        freed.clear();
      }
      Sweep<Real> sweep{fixed.size, {}, {}, fixed.table.data(), scratch_.data()};
      for (size_t i = 0; i < group.state.size(); ++i) sweep.state[i] = group.state[i].data();
      const int64_t slot = (step % fixed.slots) * fixed.size;
      for (size_t r = 0; r < group.rings.size(); ++r)
        sweep.arrivals[r] = group.rings[r].data() + slot;
      const int64_t count = fixed.pass(sweep);
      const int source = inputs() + static_cast<int>(p);
      auto& spikes = emitted(source, step);
      spikes.assign(scratch_.begin(), scratch_.begin() + count);
      keep(source, step, spikes, record);
      for (uint32_t j : spikes) fire(group, j);
    }
  }

  void fire(Population<Real>& group, uint32_t j) {
    if (group.state.empty()) return;
    if (group.free_at.empty()) {  // no membrane: the discrete-time cell
      group.state[0][j] = 0;
      return;
    }
    const int32_t refractory = group.fixed->refractory_of(j);
    group.free_at[j] = step + refractory;
    if (refractory == 0) {
      group.state[0][j] = group.fixed->reset_of(j);
      return;
    }
    group.state[0][j] = -std::numeric_limits<Real>::infinity();
    group.releases[(step + refractory + 1) % group.releases.size()].push_back(j);
  }

  void feed(int64_t at, const std::vector<Feed>& feeds, Record& record) {
    for (size_t i = 0; i < feeds.size(); ++i) {
      const Feed& fed = feeds[i];
      auto& spikes = emitted(static_cast<int>(i), at);
      spikes.clear();
      int64_t& p = position_[i];
      while (p < fed.size && fed.steps[p] < at) ++p;
      while (p < fed.size && fed.steps[p] == at)
        spikes.push_back(static_cast<uint32_t>(fed.indices[p++]));
      keep(static_cast<int>(i), at, spikes, record);
    }
  }

  static void keep(int source, int64_t at, const Spikes& spikes, Record& record) {
    auto& steps = record.spike_steps[source];
    steps.insert(steps.end(), spikes.size(), at);
    auto& indices = record.spike_indices[source];
    indices.insert(indices.end(), spikes.begin(), spikes.end());
  }

  void transmit(int64_t at) {
    for (auto& group : projections) {
      const Spikes& pre = emitted(group.source, at);
      const auto& offsets = *group.offsets;
      for (uint32_t i : pre) group.events += offsets[i + 1] - offsets[i];
      if (group.sparse || group.dense) {
        learn(group, at, pre);
      } else if (group.direct) {
        arrive(group, at);
      } else {
        send(group, at, pre);
      }
    }
  }

  // Adds the weights that arrive now to the synaptic state.
  void arrive(Projection<Real>& group, int64_t at) {
    const auto& rows = *group.rows;
    Real* state = populations[group.population].state[1 + group.receptor].data();
    const auto delays = static_cast<int64_t>(rows.distinct.size());
    for (int64_t d = 0; d < delays; ++d) {
      if (at - rows.distinct[d] < -1) continue;
      for (uint32_t i : emitted(group.source, at - rows.distinct[d])) {
        const int64_t row = static_cast<int64_t>(i) * delays + d;
        add(rows, rows.segments[row], rows.segments[row + 1], state);
      }
    }
  }

  static void add(const Rows<Real>& rows, int64_t begin, int64_t end, Real* state) {
    if (rows.wide.empty()) {
      add_row(rows.narrow.data(), rows, begin, end, state);
    } else {
      add_row(rows.wide.data(), rows, begin, end, state);
    }
  }

  template <class Index>
  static void add_row(const Index* targets, const Rows<Real>& rows, int64_t begin, int64_t end,
                      Real* state) {
    const Real* weights = rows.weights.data();
    if (rows.weights.size() == 1) {
      const Real weight = weights[0];
      for (int64_t k = begin; k < end; ++k) state[targets[k]] += weight;
    } else {
      for (int64_t k = begin; k < end; ++k) state[targets[k]] += weights[k];
    }
  }

  // Adds the weights of the spikes of this step to the ring buffers of the target.
  void send(Projection<Real>& group, int64_t at, const Spikes& pre) {
    const auto& rows = *group.rows;
    const auto& offsets = *group.offsets;
    if (rows.delays.size() == 1) {
      Real* slot = ring_slot(group, at + rows.delays[0]);
      for (uint32_t i : pre) add(rows, offsets[i], offsets[i + 1], slot);
      return;
    }
    for (uint32_t i : pre)
      for (int64_t k = offsets[i]; k < offsets[i + 1]; ++k)
        ring_slot(group, at + rows.delays[k])[rows.target(k)] += rows.weight(k);
  }

  Real* ring_slot(const Projection<Real>& group, int64_t at) {
    auto& target = populations[group.population];
    return target.rings[group.receptor].data() + (at % target.fixed->slots) * target.fixed->size;
  }

  const Spikes& posts_of(const Projection<Real>& group, int64_t at) {
    static const Spikes none;
    return at < 0 ? none : emitted(inputs() + group.population, at);
  }

  void learn(Projection<Real>& group, int64_t at, const Spikes& pre) {
    const auto& offsets = *group.offsets;
    for (uint32_t i : pre) group.updates += offsets[i + 1] - offsets[i];
    if (group.dense) {
      learn_dense(group, *group.dense, at, pre);
    } else {
      learn_sparse(group, *group.sparse, at, pre);
    }
  }

  void learn_dense(Projection<Real>& group, DensePlastic<Real>& plastic, int64_t at,
                   const Spikes& pre) {
    const Spikes& posts = posts_of(group, at - plastic.reach);
    const auto& rule = plastic.rule;
    if (!rule.immediate) plastic.arrive(posts, at);
    if (rule.tie_depresses) plastic.raise(posts, at);
    if (!pre.empty()) {
      Real* slot = ring_slot(group, at + group.rows->delays[0]);
      for (uint32_t i : pre) plastic.visit(i, at, slot);
    }
    if (rule.immediate) plastic.arrive(posts, at);
    if (!rule.tie_depresses) plastic.raise(posts, at);
  }

  void learn_sparse(Projection<Real>& group, SparsePlastic<Real>& plastic, int64_t at,
                    const Spikes& pre) {
    posts_.clear();
    for (int32_t reach : plastic.reaches) posts_.push_back(&posts_of(group, at - reach));
    const auto& rule = plastic.rule;
    const auto& offsets = *group.offsets;
    if (!rule.immediate) plastic.potentiate(posts_, at);
    if (rule.tie_depresses) plastic.raise(posts_, at);
    for (uint32_t i : pre) {
      if (rule.immediate) send_plastic(group, plastic, i, at);
      plastic.depress(i, offsets[i], offsets[i + 1], at);
      if (!rule.immediate) send_plastic(group, plastic, i, at);
    }
    if (rule.immediate) plastic.potentiate(posts_, at);
    if (!rule.tie_depresses) plastic.raise(posts_, at);
  }

  void send_plastic(Projection<Real>& group, const SparsePlastic<Real>& plastic, uint32_t i,
                    int64_t at) {
    const auto& delays = group.rows->delays;
    const auto& offsets = *group.offsets;
    for (int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
      const int32_t delay = delays[delays.size() == 1 ? 0 : k];
      ring_slot(group, at + delay)[plastic.targets[k]] += plastic.weights[k];
    }
  }
};

}  // namespace neuro
