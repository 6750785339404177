// The run loop: populations, projections, delivery of spikes, recording.
//
// Order of work and of additions as in neuro/engine/run_loop.py. Where the delays onto a population
// are few and its arrivals are added at the end of a step (`exact`, exponential synapses), weights
// go straight into the synaptic state when they arrive ("direct"); else they are summed in ring
// buffers until then.

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pass.hpp"
#include "plastic.hpp"

namespace neuro {

using Spikes = std::vector<uint32_t>;

// Rows of a projection, sorted by source, then delay, then target.
template <class Real>
struct Synapses {
  int source;       // among all sources: inputs first, then populations
  int population;   // the target
  int receptor;
  std::vector<int64_t> offsets;      // (sources + 1)
  std::vector<uint16_t> narrow;      // targets, where 16 bits are enough,
  std::vector<uint32_t> wide;        // else here
  std::vector<Real> weights;         // one for all, or one for each synapse
  std::vector<int32_t> delays;       // one for all, or one for each synapse
  std::vector<int32_t> distinct;     // the different delays, ascending
  std::vector<int64_t> segments;     // direct only: start of each delay in each row
  bool direct = false;
  std::unique_ptr<Plastic<Real>> plastic;
  int64_t events = 0;
  int64_t updates = 0;

  int64_t size() const { return offsets.back(); }
};

template <class Real>
struct Population {
  Cell cell;
  int64_t size;
  int64_t slots;                          // steps for which arrivals are kept
  std::vector<std::vector<Real>> state;   // v, excitatory, inhibitory; or u; or nothing
  std::vector<std::vector<Real>> rings;   // for each receptor (slots, size)
  std::vector<std::vector<Real>> constants;
  std::vector<const Real*> table;
  std::vector<Real> reset;                // one or size; empty for cells without a membrane
  std::vector<int32_t> refractory;        // steps, one or size
  std::vector<int64_t> free_at;           // last step of each neuron's refractory time
  std::vector<Spikes> releases;           // neurons to be freed, by step modulo its size
  bool uniform;
  bool direct;
  Pass<Real> pass;

  Real reset_of(int64_t j) const { return reset[reset.size() == 1 ? 0 : j]; }
  int32_t refractory_of(int64_t j) const { return refractory[refractory.size() == 1 ? 0 : j]; }
};

struct Probe {
  int population;
  int variable;
  int64_t interval;
  std::vector<int64_t> indices;
};

template <class Real>
struct Record {
  std::vector<std::vector<int64_t>> spike_steps;     // for each source
  std::vector<std::vector<int64_t>> spike_indices;
  std::vector<std::vector<int64_t>> trace_steps;     // for each probe
  std::vector<std::vector<double>> trace_values;
};

template <class Real>
class Engine {
 public:
  std::vector<int64_t> source_sizes;  // inputs first, then populations
  std::vector<Population<Real>> populations;
  std::vector<Synapses<Real>> synapses;
  int64_t step = 0;

  int inputs() const { return static_cast<int>(source_sizes.size() - populations.size()); }

  // Sizes everything that depends on all parts; called once, after the last one was added.
  void finish() {
    int64_t longest = 1;
    for (const auto& group : synapses)
      for (int32_t delay : group.distinct) longest = std::max<int64_t>(longest, delay);
    history_.assign(source_sizes.size(), std::vector<Spikes>(longest + 1));
    int64_t largest = 0;
    for (const auto& group : populations) largest = std::max(largest, group.size);
    scratch_.resize(largest);
  }

  // Runs `steps` steps. `fed[i]` are the spikes of input i as sorted (step, index) pairs.
  void advance(int64_t steps, const std::vector<std::pair<const int64_t*, const int64_t*>>& fed,
               const std::vector<int64_t>& fed_sizes, const std::vector<Probe>& probes,
               Record<Real>& record) {
    std::vector<int64_t> position(fed.size(), 0);
    record.spike_steps.resize(source_sizes.size());
    record.spike_indices.resize(source_sizes.size());
    record.trace_steps.resize(probes.size());
    record.trace_values.resize(probes.size());
    if (step == 0) {
      feed(-1, fed, fed_sizes, position, record);
      transmit(-1);
    }
    for (const int64_t end = step + steps; step < end; ++step) {
      sample(probes, record);
      update(record);
      feed(step, fed, fed_sizes, position, record);
      transmit(step);
    }
  }

 private:
  std::vector<std::vector<Spikes>> history_;  // for each source, by step modulo its size
  Spikes scratch_;

  Spikes& emitted(int source, int64_t at) {
    auto& ring = history_[source];
    const auto size = static_cast<int64_t>(ring.size());
    return ring[(at % size + size) % size];
  }

  void sample(const std::vector<Probe>& probes, Record<Real>& record) {
    for (size_t p = 0; p < probes.size(); ++p) {
      const Probe& probe = probes[p];
      if (step % probe.interval) continue;
      const auto& group = populations[probe.population];
      const auto& values = group.state[probe.variable];
      record.trace_steps[p].push_back(step);
      for (int64_t j : probe.indices) {
        const bool parked =
            probe.variable == 0 && !group.free_at.empty() && group.free_at[j] >= step - 1;
        record.trace_values[p].push_back(parked ? group.reset_of(j) : values[j]);
      }
    }
  }

  void update(Record<Real>& record) {
    for (size_t p = 0; p < populations.size(); ++p) {
      auto& group = populations[p];
      if (!group.releases.empty()) {
        auto& freed = group.releases[step % group.releases.size()];
        for (uint32_t j : freed) group.state[0][j] = group.reset_of(j);
        freed.clear();
      }
      Sweep<Real> sweep{group.size, {}, {}, group.table.data(), scratch_.data()};
      for (size_t i = 0; i < group.state.size(); ++i) sweep.state[i] = group.state[i].data();
      const int64_t slot = (step % group.slots) * group.size;
      for (size_t r = 0; r < group.rings.size(); ++r)
        sweep.arrivals[r] = group.rings[r].data() + slot;
      const int64_t count = group.pass(sweep);
      const int source = inputs() + static_cast<int>(p);
      emitted(source, step).assign(scratch_.begin(), scratch_.begin() + count);
      keep(source, step, emitted(source, step), record);
      for (int64_t k = 0; k < count; ++k) fire(group, scratch_[k]);
    }
  }

  void fire(Population<Real>& group, uint32_t j) {
    if (group.state.empty()) return;
    if (group.reset.empty()) {  // no membrane: the discrete-time cell
      group.state[0][j] = 0;
      return;
    }
    const int32_t refractory = group.refractory_of(j);
    group.free_at[j] = step + refractory;
    if (refractory == 0) {
      group.state[0][j] = group.reset_of(j);
      return;
    }
    group.state[0][j] = -std::numeric_limits<Real>::infinity();
    group.releases[(step + refractory + 1) % group.releases.size()].push_back(j);
  }

  void feed(int64_t at, const std::vector<std::pair<const int64_t*, const int64_t*>>& fed,
            const std::vector<int64_t>& sizes, std::vector<int64_t>& position,
            Record<Real>& record) {
    for (size_t i = 0; i < fed.size(); ++i) {
      auto& spikes = emitted(static_cast<int>(i), at);
      spikes.clear();
      int64_t& p = position[i];
      while (p < sizes[i] && fed[i].first[p] < at) ++p;
      while (p < sizes[i] && fed[i].first[p] == at)
        spikes.push_back(static_cast<uint32_t>(fed[i].second[p++]));
      keep(static_cast<int>(i), at, spikes, record);
    }
  }

  static void keep(int source, int64_t at, const Spikes& spikes, Record<Real>& record) {
    auto& steps = record.spike_steps[source];
    steps.insert(steps.end(), spikes.size(), at);
    auto& indices = record.spike_indices[source];
    indices.insert(indices.end(), spikes.begin(), spikes.end());
  }

  void transmit(int64_t at) {
    for (auto& group : synapses) {
      const Spikes& pre = emitted(group.source, at);
      for (uint32_t i : pre) group.events += group.offsets[i + 1] - group.offsets[i];
      if (group.plastic) {
        learn(group, at, pre);
      } else if (group.direct) {
        arrive(group, at);
      } else {
        send(group, at, pre);
      }
    }
  }

  // Adds the weights that arrive now to the synaptic state.
  void arrive(Synapses<Real>& group, int64_t at) {
    Real* state = populations[group.population].state[1 + group.receptor].data();
    const auto delays = static_cast<int64_t>(group.distinct.size());
    for (int64_t d = 0; d < delays; ++d) {
      if (at - group.distinct[d] < -1) continue;
      for (uint32_t i : emitted(group.source, at - group.distinct[d])) {
        const int64_t row = static_cast<int64_t>(i) * delays + d;
        add(group, group.segments[row], group.segments[row + 1], state);
      }
    }
  }

  void add(const Synapses<Real>& group, int64_t begin, int64_t end, Real* state) {
    if (group.wide.empty()) {
      add_rows(group.narrow.data(), group, begin, end, state);
    } else {
      add_rows(group.wide.data(), group, begin, end, state);
    }
  }

  template <class Index>
  static void add_rows(const Index* targets, const Synapses<Real>& group, int64_t begin,
                       int64_t end, Real* state) {
    const Real* weights = group.weights.data();
    if (group.weights.size() == 1) {
      const Real weight = weights[0];
      for (int64_t k = begin; k < end; ++k) state[targets[k]] += weight;
    } else {
      for (int64_t k = begin; k < end; ++k) state[targets[k]] += weights[k];
    }
  }

  // Adds the weights of the spikes of this step to the ring buffers of the target.
  void send(Synapses<Real>& group, int64_t at, const Spikes& pre) {
    auto& target = populations[group.population];
    Real* ring = target.rings[group.receptor].data();
    if (group.delays.size() == 1) {
      Real* slot = ring + ((at + group.delays[0]) % target.slots) * target.size;
      for (uint32_t i : pre) add(group, group.offsets[i], group.offsets[i + 1], slot);
      return;
    }
    for (uint32_t i : pre) {
      for (int64_t k = group.offsets[i]; k < group.offsets[i + 1]; ++k)
        ring[((at + group.delays[k]) % target.slots) * target.size + target_of(group, k)] +=
            group.weights[group.weights.size() == 1 ? 0 : k];
    }
  }

  static int64_t target_of(const Synapses<Real>& group, int64_t k) {
    return group.wide.empty() ? group.narrow[k] : group.wide[k];
  }

  void learn(Synapses<Real>& group, int64_t at, const Spikes& pre) {
    Plastic<Real>& plastic = *group.plastic;
    auto& target = populations[group.population];
    const int source = inputs() + group.population;
    bool silent = pre.empty();
    for (size_t d = 0; d < plastic.delays.size(); ++d) {
      static const Spikes none;
      const int64_t when = at - plastic.delays[d];
      plastic.posts[d] = when < 0 ? &none : &emitted(source, when);
      silent = silent && plastic.posts[d]->empty();
    }
    if (silent) return;
    plastic.receive(at);
    Real* ring = target.rings[group.receptor].data();
    for (uint32_t i : pre) {
      plastic.depress(i, group.offsets[i], group.offsets[i + 1], at);
      for (int64_t k = group.offsets[i]; k < group.offsets[i + 1]; ++k) {
        const int32_t delay = plastic.delays[plastic.group_of(k)];
        ring[((at + delay) % target.slots) * target.size + plastic.targets[k]] +=
            plastic.weights[k];
      }
      group.updates += group.offsets[i + 1] - group.offsets[i];
    }
    plastic.settle(at);
  }
};

}  // namespace neuro
