// The tick loop: populations, rows, recording. Order of work as in specs, spinnaker section 2.
//
// Rows are fetched by what comes in at a port: the spikes of a source or, `resend` ticks late, of a
// stage of its delay extension. What never changes is shared with the layout, so that a static
// synapse takes no memory beyond it and copying an emulator, for the samples of a batch, copies
// state only.

#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pass.hpp"
#include "plastic.hpp"
#include "shared.hpp"

namespace spinnaker {

using Spikes = std::vector<uint32_t>;

struct Cells {
  int64_t size;
  int64_t slots;  // a power of two
  bool conductance;
  int shifts[RECEPTORS];
  std::vector<std::vector<int32_t>> values;  // by Constant; one or size each
  Pass pass;

  int32_t constant(Constant name, int64_t j) const {
    return values[name][values[name].size() == 1 ? 0 : j];
  }
};

struct Population {
  std::shared_ptr<const Cells> cells;
  std::vector<int32_t> v;
  std::vector<int32_t> inputs[RECEPTORS];
  std::vector<int32_t> refractory;
  std::vector<uint16_t> rings;  // (slots, receptors, size)
  PostHistory history;
  std::vector<int64_t> tallies;  // by Tally

  uint16_t* slot(int64_t tick, int receptor) {
    return rings.data() + ((tick & (cells->slots - 1)) * RECEPTORS + receptor) * cells->size;
  }

  // A state variable as the machine records it in tick `now`, before the update.
  int32_t recorded(int variable, int64_t j, int64_t now) {
    if (variable == 0) return v[j];
    const int r = variable - 1;
    const int32_t arrived = shift_left(slot(now, r)[j], cells->shifts[r]);
    const auto init = static_cast<Constant>(INIT_E + r);
    const int32_t input = add(inputs[r][j], scale(arrived, cells->constant(init, j)));
    return cells->conductance ? input >> GSYN_SHIFT : input;
  }
};

constexpr int64_t PREFETCH = 16;  // synapses ahead whose ring-buffer entries are fetched

enum Tally { SATURATIONS, HISTORY_LOSSES, DROPPED_PACKETS, TALLIES };

// Where the packets of a sender reach a core. Ports are in the order of cores, then of senders.
struct Port {
  int core;        // where packets cannot be lost, a whole population counts as one
  int population;  // that the core belongs to
  int source;      // among all sources: inputs first, then populations
  int64_t resend;  // ticks from a spike to its arrival
  Spikes kept;     // what is left of this tick's spikes where packets can be lost
};

// Rows of a projection that one port serves.
struct Group {
  int projection;
  int port;
  int population;
  int receptor;
  Shared<int64_t> offsets;
  Shared<uint32_t> targets;
  Shared<uint16_t> weights;  // one for all, or one for each; static rows only
  Shared<int32_t> delays;    // one for all, or one for each
  std::optional<PlasticRows> plastic;
};

struct Probe {
  int population;
  int variable;
  int64_t interval;
  std::vector<int64_t> indices;
};

// Spikes that an input emits, sorted by tick.
struct Feed {
  const int64_t* ticks;
  const int64_t* indices;
  int64_t size;
};

struct Record {
  std::vector<std::vector<int64_t>> spike_ticks;  // for each source
  std::vector<std::vector<int64_t>> spike_indices;
  std::vector<std::vector<int64_t>> trace_ticks;  // for each probe
  std::vector<std::vector<double>> trace_values;
  std::vector<int64_t> events;  // for each projection
};

// Says which of a number of packets get lost on their way to a core in a tick.
using Lose = std::function<std::vector<bool>(int core, int64_t tick, int64_t packets)>;

class Emulator {
 public:
  std::vector<int64_t> source_sizes;  // inputs first, then populations
  std::vector<Population> populations;
  std::vector<Port> ports;
  std::vector<Group> groups;
  std::vector<std::vector<Spikes>> recent;  // of each source, by tick modulo its size
  std::vector<int64_t> skipped;             // for each projection: synapses that never deliver
  std::vector<int64_t> packets;             // for each source
  int64_t step = 0;

  int inputs() const { return static_cast<int>(source_sizes.size() - populations.size()); }

  // Sizes everything that depends on all parts; called once, after the last one was added.
  void finish(int64_t projections) {
    recent.assign(source_sizes.size(), std::vector<Spikes>(1));
    std::set<std::pair<int, int64_t>> senders;
    for (const auto& port : ports) {
      auto& ring = recent[port.source];
      if (port.resend >= static_cast<int64_t>(ring.size())) ring.resize(port.resend + 1);
      senders.emplace(port.source, port.resend);
    }
    senders_.assign(senders.begin(), senders.end());
    skipped.assign(projections, 0);
    packets.assign(source_sizes.size(), 0);
    initial_ = std::make_shared<const Emulator>(*this);
  }

  void reset() {
    const auto initial = initial_;
    *this = *initial;
    initial_ = initial;
  }

  // Without `lose` no packet gets lost.
  void advance(int64_t ticks, const std::vector<Feed>& feeds, const std::vector<Probe>& probes,
               const Lose& lose, Record& record) {
    position_.assign(feeds.size(), 0);
    record.spike_ticks.resize(source_sizes.size());
    record.spike_indices.resize(source_sizes.size());
    record.trace_ticks.resize(probes.size());
    record.trace_values.resize(probes.size());
    record.events.assign(skipped.size(), 0);
    for (const int64_t end = step + ticks; step < end; ++step) {
      sample(probes, record);
      for (size_t i = 0; i < feeds.size(); ++i) feed(static_cast<int>(i), feeds[i]);
      for (size_t p = 0; p < populations.size(); ++p) update(populations[p], p);
      for (size_t s = 0; s < source_sizes.size(); ++s) keep(static_cast<int>(s), record);
      for (const auto& [source, resend] : senders_)
        packets[source] += packets_of(sent(source, resend));
      if (lose) thin(lose);
      for (auto& group : groups) {
        const Port& port = ports[group.port];
        const Spikes& spikes = lose ? port.kept : sent(port.source, port.resend);
        if (!spikes.empty()) fetch(group, spikes, record);
      }
    }
  }

  Spikes& emitted(int source, int64_t at) { return recent[source][at % recent[source].size()]; }

 private:
  std::shared_ptr<const Emulator> initial_;
  std::vector<std::pair<int, int64_t>> senders_;  // of all ports, each once
  std::vector<int64_t> position_;
  Spikes fired_;  // room for the spikes of one population

  const Spikes& sent(int source, int64_t resend) {
    static const Spikes none;
    return step < resend ? none : emitted(source, step - resend);
  }

  // Several spikes of a neuron in one tick travel in one packet.
  static Spikes distinct(Spikes spikes) {
    if (!std::is_sorted(spikes.begin(), spikes.end())) std::sort(spikes.begin(), spikes.end());
    spikes.erase(std::unique(spikes.begin(), spikes.end()), spikes.end());
    return spikes;
  }

  static int64_t packets_of(const Spikes& spikes) {
    const auto falls = [](uint32_t a, uint32_t b) { return a >= b; };
    const bool ascending =
        std::adjacent_find(spikes.begin(), spikes.end(), falls) == spikes.end();
    return static_cast<int64_t>(ascending ? spikes.size() : distinct(spikes).size());
  }

  // Loses packets, with one draw for all ports of a core.
  void thin(const Lose& lose) {
    for (size_t begin = 0, end; begin < ports.size(); begin = end) {
      std::vector<Spikes> waiting;
      int64_t total = 0;
      for (end = begin; end < ports.size() && ports[end].core == ports[begin].core; ++end) {
        waiting.push_back(distinct(sent(ports[end].source, ports[end].resend)));
        total += static_cast<int64_t>(waiting.back().size());
      }
      if (total == 0) {
        for (size_t p = begin; p < end; ++p) ports[p].kept.clear();
        continue;
      }
      const auto lost = lose(ports[begin].core, step, total);
      auto next = lost.begin();
      for (size_t p = begin; p < end; ++p) next = thin(ports[p], waiting[p - begin], next);
    }
  }

  std::vector<bool>::const_iterator thin(Port& port, const Spikes& senders,
                                         std::vector<bool>::const_iterator next) {
    Spikes lost;
    for (uint32_t i : senders)
      if (*next++) lost.push_back(i);
    populations[port.population].tallies[DROPPED_PACKETS] += static_cast<int64_t>(lost.size());
    port.kept.clear();
    for (uint32_t i : sent(port.source, port.resend))
      if (!std::binary_search(lost.begin(), lost.end(), i)) port.kept.push_back(i);
    return next;
  }

  void fetch(Group& group, const Spikes& spikes, Record& record) {
    const auto& offsets = group.offsets;
    for (uint32_t i : spikes) record.events[group.projection] += offsets[i + 1] - offsets[i];
    if (group.plastic) {
      learn(group, spikes);
    } else {
      populations[group.population].tallies[SATURATIONS] += deliver(group, spikes);
    }
  }

  void sample(const std::vector<Probe>& probes, Record& record) {
    for (size_t p = 0; p < probes.size(); ++p) {
      const Probe& probe = probes[p];
      if (step % probe.interval) continue;
      auto& group = populations[probe.population];
      record.trace_ticks[p].push_back(step);
      for (int64_t j : probe.indices)
        record.trace_values[p].push_back(group.recorded(probe.variable, j, step) / 32768.0);
    }
  }

  void feed(int source, const Feed& fed) {
    auto& spikes = emitted(source, step);
    spikes.clear();
    int64_t& p = position_[source];
    while (p < fed.size && fed.ticks[p] < step) ++p;
    while (p < fed.size && fed.ticks[p] == step)
      spikes.push_back(static_cast<uint32_t>(fed.indices[p++]));
  }

  void update(Population& group, size_t p) {
    const Cells& cells = *group.cells;
    auto& spikes = emitted(inputs() + static_cast<int>(p), step);
    if (fired_.size() < static_cast<size_t>(cells.size)) fired_.resize(cells.size);
    const int32_t* table[CONSTANTS];
    for (int c = 0; c < CONSTANTS; ++c) table[c] = cells.values[c].data();
    Sweep sweep{cells.size,
                group.v.data(),
                {group.inputs[0].data(), group.inputs[1].data()},
                group.refractory.data(),
                {group.slot(step, 0), group.slot(step, 1)},
                {cells.shifts[0], cells.shifts[1]},
                table,
                fired_.data()};
    spikes.assign(fired_.begin(), fired_.begin() + cells.pass(sweep));
    if (!group.history.kept()) return;
    for (uint32_t j : spikes) group.tallies[HISTORY_LOSSES] += group.history.spike(j, step);
  }

  void keep(int source, Record& record) {
    const Spikes& spikes = emitted(source, step);
    auto& ticks = record.spike_ticks[source];
    ticks.insert(ticks.end(), spikes.size(), step);
    auto& indices = record.spike_indices[source];
    indices.insert(indices.end(), spikes.begin(), spikes.end());
  }

  static void prefetch([[maybe_unused]] const uint16_t* entry) {
#if defined(__GNUC__)
    __builtin_prefetch(entry, 1);
#endif
  }

  // Adds to a ring-buffer entry; returns whether it is full.
  static uint32_t saturate(uint16_t& entry, uint32_t weight) {
    const uint32_t sum = entry + weight;
    const uint32_t full = sum >> 16;
    entry = static_cast<uint16_t>(sum | (0 - full));
    return full;
  }

  int64_t deliver(Group& group, const Spikes& spikes) {
    const bool one = group.weights.size() == 1;
    if (group.delays.size() == 1)
      return one ? deliver_rows<true, true>(group, spikes)
                 : deliver_rows<false, true>(group, spikes);
    return one ? deliver_rows<true, false>(group, spikes)
               : deliver_rows<false, false>(group, spikes);
  }

  // Delivers static rows; returns how many additions saturated.
  template <bool ONE_WEIGHT, bool ONE_DELAY>
  int64_t deliver_rows(Group& group, const Spikes& spikes) {
    auto& target = populations[group.population];
    const uint32_t* targets = group.targets.data();
    const uint16_t* weights = group.weights.data();
    const int32_t* delays = group.delays.data();
    uint16_t* rings = target.slot(0, group.receptor);
    const int64_t stride = target.cells->size * RECEPTORS;
    const int64_t mask = target.cells->slots - 1;
    const int64_t now = step;
    int64_t saturations = 0;
    for (uint32_t i : spikes) {
      uint16_t* slot = rings + ((now + delays[0]) & mask) * stride;
      const int64_t end = group.offsets[i + 1];
      for (int64_t k = group.offsets[i]; k < end; ++k) {
        if constexpr (!ONE_DELAY) {
          const int64_t soon = std::min(k + PREFETCH, end - 1);
          prefetch(rings + ((now + delays[soon]) & mask) * stride + targets[soon]);
          slot = rings + ((now + delays[k]) & mask) * stride;
        }
        saturations += saturate(slot[targets[k]], weights[ONE_WEIGHT ? 0 : k]);
      }
    }
    return saturations;
  }

  void learn(Group& group, const Spikes& spikes) {
    auto& target = populations[group.population];
    auto& rows = *group.plastic;
    const size_t each = group.delays.size() == 1 ? 0 : 1;
    for (uint32_t i : spikes) {
      if (group.offsets[i] == group.offsets[i + 1]) continue;
      const auto visit = rows.arrive(i, step);
      for (int64_t k = group.offsets[i]; k < group.offsets[i + 1]; ++k) {
        const uint32_t j = group.targets[k];
        const int32_t delay = group.delays[k * each];
        const uint16_t weight = rows.learn(k, visit, j, delay, target.history);
        if (delay == 0) {  // the machine's defect: learnt, but never delivered
          ++skipped[group.projection];
        } else {
          target.tallies[SATURATIONS] +=
              saturate(target.slot(step + delay, group.receptor)[j], weight);
        }
      }
    }
  }
};

}  // namespace spinnaker
