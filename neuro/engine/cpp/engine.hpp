// The run loop: populations, projections, delivery of spikes, recording.
//
// Order of work and of additions as in neuro/engine/run_loop.py. Where the delays onto a population
// are few and its arrivals are added at the end of a step (`exact`, exponential synapses), weights
// go straight into the synaptic state when they arrive ("direct"); else they are summed in ring
// buffers until then.
//
// What never changes is shared, so that copying an engine, for the samples of a batch, copies state
// only.
//
// The neurons are cut into tiles that fit into a core's second-level cache. Populations hear of one another
// after the shortest delay only, so a tile is swept for that many steps in a row (a stretch), before
// the next one is. Threads share the tiles. Each neuron gets its additions in the same order whatever
// the tiles and threads are, so the bits do not depend on them.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "aligned.hpp"
#include "barrier.hpp"
#include "pass.hpp"
#include "plastic.hpp"

namespace neuro {

// Numbers that never change and may belong to somebody else, such as an array of the plan.
template <class T>
struct Shared {
  std::shared_ptr<const void> owner;
  const T* values = nullptr;
  size_t count = 0;

  Shared() = default;
  Shared(std::shared_ptr<const void> keeper, const T* first, size_t length)
      : owner(std::move(keeper)), values(first), count(length) {}
  explicit Shared(std::vector<T> own) {
    auto kept = std::make_shared<const std::vector<T>>(std::move(own));
    values = kept->data();
    count = kept->size();
    owner = std::move(kept);
  }

  const T* data() const { return values; }
  size_t size() const { return count; }
  bool empty() const { return count == 0; }
  const T& operator[](size_t k) const { return values[k]; }
  const T& back() const { return values[count - 1]; }
};

// Rows of a static projection, sorted by source, then delay (direct) or not (ring), then target.
template <class Real>
struct Rows {
  Shared<uint16_t> narrow;           // targets, where 16 bits are enough,
  Shared<uint32_t> wide;             // else here
  Shared<Real> weights;              // one for all, or one for each synapse
  Shared<int32_t> delays;            // one for all, or one for each synapse
  std::vector<int32_t> distinct;     // the different delays, ascending
  Shared<int64_t> segments;          // direct only: start of each delay in each row

  Real weight(int64_t k) const { return weights[weights.size() == 1 ? 0 : k]; }
};

template <class Real>
struct Projection {
  int source;      // among all sources: inputs first, then populations
  int population;  // the target
  int receptor;
  bool direct = false;
  Shared<int64_t> offsets;  // (sources + 1)
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
  std::vector<Aligned<Real>> state;      // v, excitatory, inhibitory; or u; or nothing
  std::vector<Aligned<Real>> rings;      // for each receptor (slots, size); none if direct
  std::vector<int64_t> free_at;          // last step of each neuron's refractory time
  std::vector<Spikes> releases;          // neurons to be freed, by step modulo its size
  std::vector<std::vector<Spikes>> tile_releases;  // the same for each tile, while a run lasts

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

// What a run leaves: every spike or, where `counts` is set, how many each neuron fired in equal
// stretches of the run.
struct Record {
  std::vector<std::vector<int64_t>> spike_steps;  // for each source
  std::vector<std::vector<int64_t>> spike_indices;
  std::vector<int32_t*> counts;                   // for each population (bins, neurons)
  int64_t bins = 1, first = 0, steps = 1;
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
  int64_t tile_bytes = 192 * 1024;  // fits into a second-level cache of 256 kB; tests set less

  int inputs() const { return static_cast<int>(source_sizes.size() - populations.size()); }

  // Sizes everything that depends on all parts; called once, after the last one was added.
  void finish() {
    int64_t longest = 1;
    stretch_ = LONGEST_STRETCH;
    for (const auto& group : projections) {
      for (int32_t delay : group.rows->distinct) longest = std::max<int64_t>(longest, delay);
      if (group.sparse)
        for (int32_t reach : group.sparse->reaches) longest = std::max<int64_t>(longest, reach);
      if (group.dense) longest = std::max<int64_t>(longest, group.dense->reach);
      if (group.sparse || group.dense) stretch_ = 1;
      // What an input sends is known beforehand, but ring buffers are filled after a stretch.
      const bool heard_late = group.source >= inputs() || !group.direct;
      if (heard_late && !group.rows->distinct.empty())
        stretch_ = std::min<int64_t>(stretch_, group.rows->distinct.front());
    }
    // Spikes are read back over the longest delay while those of two stretches are written.
    history.assign(source_sizes.size(), std::vector<Spikes>(longest + 2 * stretch_));
    initial_ = std::make_shared<const Engine>(*this);
  }

  // Returns to time zero.
  void reset() {
    const auto initial = initial_;
    *this = *initial;
    initial_ = initial;
  }

  // Runs `steps` steps with the spikes of each input. More than one thread needs a network without
  // plastic projections.
  void advance(int64_t steps, const std::vector<Feed>& feeds, const std::vector<Probe>& probes,
               int threads, Record& record) {
    position_.assign(feeds.size(), 0);
    record.spike_steps.resize(source_sizes.size());
    record.spike_indices.resize(source_sizes.size());
    record.trace_steps.resize(probes.size());
    record.trace_values.resize(probes.size());
    const int tiles = threads * tiles_of_a_thread(threads);
    found_.assign(tiles, std::vector<std::vector<Spikes>>(populations.size(),
                                                          std::vector<Spikes>(stretch_)));
    share_releases(tiles);
    if (step == 0) {
      feed(-1, feeds, record);
      count_events(-1);
      transmit(-1, 0, 1);
    }
    const int64_t begin = step, end = step + steps;
    Barrier barrier(threads);
    const auto work = [&](int thread) {
      const int first = tiles / threads * thread, last = first + tiles / threads;
      Worker worker;
      for (int64_t now = begin, count; now < end; now += count) {
        count = stretch_from(now, end, probes);
        if (thread == 0) {
          if (sampled(probes, now)) sample(probes, now, record);
          for (int64_t at = now; at < now + count; ++at) feed(at, feeds, record);
        }
        barrier.wait();
        worker.cursors.clear();
        for (int tile = first; tile < last; ++tile) sweep_tile(tile, tiles, tile == first, now,
                                                               count, worker);
        barrier.wait();
        if (thread == 0)
          for (int64_t at = now; at < now + count; ++at) {
            gather(at, at - now, record);
            count_events(at);
          }
        barrier.wait();
        for (int64_t at = now; at < now + count; ++at) transmit(at, thread, threads);
        barrier.wait();
      }
    };
    std::vector<std::thread> others;
    for (int thread = 1; thread < threads; ++thread)
      others.emplace_back([&work, thread] {
        FlushDenormals flush;
        work(thread);
      });
    work(0);
    for (auto& thread : others) thread.join();
    step = end;
    collect_releases();
  }

  Spikes& emitted(int source, int64_t at) {
    auto& ring = history[source];
    const auto size = static_cast<int64_t>(ring.size());
    return ring[(at % size + size) % size];
  }

 private:
  static constexpr Real PARKED = -std::numeric_limits<Real>::infinity();
  static constexpr int64_t LONGEST_STRETCH = 64;
  static constexpr int64_t SHORTEST_PART = 8;       // synapses of a row in a tile, below no gain

  // What one thread needs for itself.
  struct Worker {
    std::vector<uint32_t> spikes;     // of one sweep
    std::vector<int64_t> cursors;     // for each row that arrives in a stretch: how far it is added
    size_t next = 0;                  // the cursor in use
  };

  std::shared_ptr<const Engine> initial_;
  int64_t stretch_ = 1;
  std::vector<std::vector<std::vector<Spikes>>> found_;  // by tile, population, step of the stretch
  std::vector<int64_t> position_;
  std::vector<const Spikes*> posts_;

  int tiles_of_a_thread(int threads) const {
    if (stretch_ == 1) return 1;
    int64_t bytes = 0, synapses = 0, rows = 0;
    for (const auto& group : populations)
      bytes += group.fixed->size * static_cast<int64_t>(sizeof(Real)) *
               static_cast<int64_t>(group.state.size() + group.rings.size());
    for (const auto& group : projections)
      if (group.direct) {
        synapses += group.offsets.back();
        rows += static_cast<int64_t>(group.offsets.size()) - 1;
      }
    int64_t tiles = (bytes + tile_bytes - 1) / tile_bytes;
    if (rows) tiles = std::min(tiles, synapses / rows / SHORTEST_PART);
    return static_cast<int>(std::max<int64_t>(1, tiles / threads));
  }

  // Steps from `now` on in which nobody looks at the state and populations cannot hear one another.
  int64_t stretch_from(int64_t now, int64_t end, const std::vector<Probe>& probes) const {
    int64_t last = std::min(end, now + stretch_);
    for (const auto& probe : probes)
      last = std::min(last, (now / probe.interval + 1) * probe.interval);
    return last - now;
  }

  static bool sampled(const std::vector<Probe>& probes, int64_t now) {
    for (const auto& probe : probes)
      if (now % probe.interval == 0) return true;
    return false;
  }

  void sample(const std::vector<Probe>& probes, int64_t now, Record& record) {
    for (size_t p = 0; p < probes.size(); ++p) {
      const Probe& probe = probes[p];
      if (now % probe.interval) continue;
      const auto& group = populations[probe.population];
      record.trace_steps[p].push_back(now);
      for (int64_t j : probe.indices)
        record.trace_values[p].push_back(group.value(probe.variable, j, now));
    }
  }

  // First neuron of a tile; rounded so that no two threads write into one cache line.
  static int64_t tile_begin(int64_t size, int tile, int tiles) {
    if (tile == tiles) return size;
    return size * tile / tiles / 64 * 64;
  }

  // Runs the neurons of one tile through a stretch.
  void sweep_tile(int tile, int tiles, bool opening, int64_t now, int64_t count, Worker& worker) {
    worker.next = 0;
    for (int64_t at = now; at < now + count; ++at) {
      for (size_t p = 0; p < populations.size(); ++p)
        update(p, at, tile, tiles, found_[tile][p][at - now], worker.spikes);
      for (auto& group : projections) {
        if (!group.direct) continue;
        const int64_t size = populations[group.population].fixed->size;
        const Tile own{tile_begin(size, tile, tiles), tile_begin(size, tile + 1, tiles),
                       tiles == 1};
        arrive(group, at, own, opening, worker);
      }
    }
  }

  void update(size_t p, int64_t now, int tile, int tiles, Spikes& found,
              std::vector<uint32_t>& scratch) {
    auto& group = populations[p];
    const auto& fixed = *group.fixed;
    const int64_t begin = tile_begin(fixed.size, tile, tiles);
    const int64_t size = tile_begin(fixed.size, tile + 1, tiles) - begin;
    auto& releases = group.tile_releases[tile];
    if (!releases.empty()) {
      auto& freed = releases[now % releases.size()];
      for (uint32_t j : freed) group.state[0][j] = fixed.reset_of(j);
      freed.clear();
    }
    if (static_cast<int64_t>(scratch.size()) < size) scratch.resize(size);
    Sweep<Real> sweep{size, {}, {}, nullptr, scratch.data()};
    for (size_t i = 0; i < group.state.size(); ++i) sweep.state[i] = group.state[i].data() + begin;
    const int64_t slot = (now % fixed.slots) * fixed.size;
    for (size_t r = 0; r < group.rings.size(); ++r)
      sweep.arrivals[r] = group.rings[r].data() + slot + begin;
    const Real* table[64];
    for (size_t c = 0; c < fixed.table.size(); ++c)
      table[c] = fixed.table[c] + (fixed.values[c].size() == 1 ? 0 : begin);
    sweep.constants = table;
    const int64_t count = fixed.pass(sweep);
    found.assign(scratch.begin(), scratch.begin() + count);
    for (uint32_t& j : found) j += static_cast<uint32_t>(begin);
    fire(group, found, now, releases);
  }

  // Resets who spiked, and parks them for their refractory time.
  void fire(Population<Real>& group, const Spikes& found, int64_t now,
            std::vector<Spikes>& releases) {
    if (found.empty() || group.state.empty()) return;
    Real* first = group.state[0].data();
    if (group.free_at.empty()) {  // no membrane: the discrete-time cell
      for (uint32_t j : found) first[j] = 0;
      return;
    }
    const auto& fixed = *group.fixed;
    const auto slot = [&](int32_t refractory) -> Spikes& {
      return releases[(now + refractory + 1) % static_cast<int64_t>(releases.size())];
    };
    const bool alike = fixed.refractory.size() == 1;
    if (alike && fixed.refractory[0] > 0) {
      for (uint32_t j : found) {
        group.free_at[j] = now + fixed.refractory[0];
        first[j] = PARKED;
      }
      auto& later = slot(fixed.refractory[0]);
      later.insert(later.end(), found.begin(), found.end());
      return;
    }
    for (uint32_t j : found) {
      const int32_t refractory = fixed.refractory_of(j);
      group.free_at[j] = now + refractory;
      first[j] = refractory == 0 ? fixed.reset_of(j) : PARKED;
      if (refractory > 0) slot(refractory).push_back(j);
    }
  }

  // Joins the spikes of all tiles.
  void gather(int64_t now, int64_t place, Record& record) {
    for (size_t p = 0; p < populations.size(); ++p) {
      const int source = inputs() + static_cast<int>(p);
      auto& spikes = emitted(source, now);
      spikes.clear();
      for (const auto& tile : found_)
        spikes.insert(spikes.end(), tile[p][place].begin(), tile[p][place].end());
      keep(source, now, spikes, record);
    }
  }

  // Between two runs all releases of a population stand in one list, whatever the tiles.
  void share_releases(int tiles) {
    for (auto& group : populations) {
      group.tile_releases.assign(tiles, std::vector<Spikes>(group.releases.size()));
      for (size_t k = 0; k < group.releases.size(); ++k) {
        for (uint32_t j : group.releases[k]) {
          int tile = tiles - 1;
          while (tile > 0 && tile_begin(group.fixed->size, tile, tiles) > j) --tile;
          group.tile_releases[tile][k].push_back(j);
        }
        group.releases[k].clear();
      }
    }
  }

  void collect_releases() {
    for (auto& group : populations) {
      for (auto& tile : group.tile_releases)
        for (size_t k = 0; k < tile.size(); ++k)
          group.releases[k].insert(group.releases[k].end(), tile[k].begin(), tile[k].end());
      group.tile_releases.clear();
    }
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

  void keep(int source, int64_t at, const Spikes& spikes, Record& record) const {
    if (!record.counts.empty()) {
      if (source < inputs()) return;
      const int64_t bin = (at - record.first) * record.bins / record.steps;
      int32_t* counts = record.counts[source - inputs()] + bin * source_sizes[source];
      for (uint32_t i : spikes) ++counts[i];
      return;
    }
    auto& steps = record.spike_steps[source];
    steps.insert(steps.end(), spikes.size(), at);
    auto& indices = record.spike_indices[source];
    indices.insert(indices.end(), spikes.begin(), spikes.end());
  }

  void count_events(int64_t at) {
    for (auto& group : projections) {
      const auto& offsets = group.offsets;
      for (uint32_t i : emitted(group.source, at)) group.events += offsets[i + 1] - offsets[i];
    }
  }

  // Sends what is summed in ring buffers, each thread to its part of the neurons.
  void transmit(int64_t at, int thread, int threads) {
    for (auto& group : projections) {
      if (group.direct) continue;
      const Spikes& pre = emitted(group.source, at);
      const int64_t size = populations[group.population].fixed->size;
      const Tile own{tile_begin(size, thread, threads), tile_begin(size, thread + 1, threads),
                     threads == 1};
      if (group.sparse || group.dense) {
        learn(group, at, pre);
      } else if (group.rows->wide.empty()) {
        send(group, group.rows->narrow.data(), at, pre, own);
      } else {
        send(group, group.rows->wide.data(), at, pre, own);
      }
    }
  }

  // Targets that are served at once.
  struct Tile {
    int64_t begin, end;
    bool whole;
  };

  // Adds the weights that arrive now to the synaptic state of one tile.
  void arrive(Projection<Real>& group, int64_t at, const Tile& own, bool opening, Worker& worker) {
    if (group.rows->wide.empty()) {
      arrive_rows(group, group.rows->narrow.data(), at, own, opening, worker);
    } else {
      arrive_rows(group, group.rows->wide.data(), at, own, opening, worker);
    }
  }

  template <class Index>
  void arrive_rows(Projection<Real>& group, const Index* targets, int64_t at, const Tile& own,
                   bool opening, Worker& worker) {
    const auto& rows = *group.rows;
    Real* state = populations[group.population].state[1 + group.receptor].data();
    const auto delays = static_cast<int64_t>(rows.distinct.size());
    for (int64_t d = 0; d < delays; ++d) {
      if (at - rows.distinct[d] < -1) continue;
      const Spikes& pre = emitted(group.source, at - rows.distinct[d]);
      for (size_t n = 0; n < pre.size(); ++n) {
        const int64_t row = static_cast<int64_t>(pre[n]) * delays + d;
        if (n + 1 < pre.size())
          prefetch(targets + rows.segments[static_cast<int64_t>(pre[n + 1]) * delays + d]);
        int64_t begin = rows.segments[row], end = rows.segments[row + 1];
        if (!own.whole) {
          // Rows are sorted by target: each tile goes on where the one before it stopped.
          if (opening)
            worker.cursors.push_back(
                std::lower_bound(targets + begin, targets + end, own.begin) - targets);
          int64_t& cursor = worker.cursors[worker.next++];
          begin = cursor;
          while (cursor < end && targets[cursor] < own.end) ++cursor;
          end = cursor;
        }
        add(targets, rows, begin, end, state);
      }
    }
  }

  template <class Index>
  static void add(const Index* targets, const Rows<Real>& rows, int64_t begin, int64_t end,
                  Real* state) {
    const Real* weights = rows.weights.data();
    if (rows.weights.size() == 1) {
      const Real weight = weights[0];
      each(targets, begin, end, [=](size_t target, int64_t) { state[target] += weight; });
    } else {
      each(targets, begin, end, [=](size_t target, int64_t k) { state[target] += weights[k]; });
    }
  }

  // Visits the targets of a row in order; narrow ones are read four at a time.
  template <class Index, class Visit>
  static void each(const Index* targets, int64_t begin, int64_t end, Visit visit) {
    int64_t k = begin;
    if constexpr (sizeof(Index) == 2 && FIRST_BYTE_IS_LOWEST) {
#pragma GCC unroll 2
      for (; k + 4 <= end; k += 4) {
        uint64_t four;
        std::memcpy(&four, targets + k, sizeof four);
        visit(four & 0xffff, k);
        visit(four >> 16 & 0xffff, k + 1);
        visit(four >> 32 & 0xffff, k + 2);
        visit(four >> 48, k + 3);
      }
    }
#pragma GCC unroll 4
    for (; k < end; ++k) visit(targets[k], k);
  }

  // Adds the weights of the spikes of this step to the ring buffers of the target.
  template <class Index>
  void send(Projection<Real>& group, const Index* targets, int64_t at, const Spikes& pre,
            const Tile& own) {
    const auto& rows = *group.rows;
    const auto& offsets = group.offsets;
    Real* const only = rows.delays.size() == 1 ? ring_slot(group, at + rows.delays[0]) : nullptr;
    for (size_t n = 0; n < pre.size(); ++n) {
      if (n + 1 < pre.size()) {
        prefetch(targets + offsets[pre[n + 1]]);
        if (rows.weights.size() > 1) prefetch(rows.weights.data() + offsets[pre[n + 1]]);
      }
      int64_t begin = offsets[pre[n]], end = offsets[pre[n] + 1];
      if (!own.whole) {
        begin = std::lower_bound(targets + begin, targets + end, own.begin) - targets;
        end = std::lower_bound(targets + begin, targets + end, own.end) - targets;
      }
      if (only) {
        add(targets, rows, begin, end, only);
      } else {
        for (int64_t k = begin; k < end; ++k)
          ring_slot(group, at + rows.delays[k])[targets[k]] += rows.weight(k);
      }
    }
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
    const auto& offsets = group.offsets;
    for (uint32_t i : pre) group.updates += offsets[i + 1] - offsets[i];
    if (group.dense) {
      learn_dense(group, *group.dense, at, pre);
    } else {
      learn_sparse(group, *group.sparse, at, pre);
    }
  }

  void learn_dense(Projection<Real>& group, DensePlastic<Real>& plastic, int64_t at,
                   const Spikes& pre) {
    if (!pre.empty()) plastic.fetch(pre[0]);
    const Spikes& posts = posts_of(group, at - plastic.reach);
    const auto& rule = plastic.rule;
    if (!rule.immediate) plastic.arrive(posts, at);
    if (rule.tie_depresses) plastic.raise(posts, at);
    if (!pre.empty()) {
      Real* slot = ring_slot(group, at + group.rows->delays[0]);
      for (size_t n = 0; n < pre.size(); ++n) {
        if (n + 1 < pre.size()) plastic.fetch(pre[n + 1]);
        plastic.visit(pre[n], at, slot);
      }
    }
    if (rule.immediate) plastic.arrive(posts, at);
    if (!rule.tie_depresses) plastic.raise(posts, at);
  }

  void learn_sparse(Projection<Real>& group, SparsePlastic<Real>& plastic, int64_t at,
                    const Spikes& pre) {
    posts_.clear();
    for (int32_t reach : plastic.reaches) posts_.push_back(&posts_of(group, at - reach));
    const auto& rule = plastic.rule;
    const auto& offsets = group.offsets;
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
    const auto& offsets = group.offsets;
    for (int64_t k = offsets[i]; k < offsets[i + 1]; ++k) {
      const int32_t delay = delays[delays.size() == 1 ? 0 : k];
      ring_slot(group, at + delay)[plastic.targets[k]] += plastic.weights[k];
    }
  }
};

}  // namespace neuro
