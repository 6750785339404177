// Pair STDP as the machine does it: post spikes are kept in a history, and a row learns all that
// has happened since its last pre spike when the next one arrives (specs, spinnaker section 5).

#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "arithmetic.hpp"

namespace spinnaker {

constexpr int TRACE_BITS = 11;                  // fraction bits of traces and their decay tables
constexpr int16_t TRACE_ONE = 1 << TRACE_BITS;  // what a spike adds

// How a trace fades; zero beyond the end of the table.
struct Decay {
  std::vector<int16_t> table;

  // The machine counts ticks without sign: a post spike of tick 0 that a longer delay puts into the
  // future lies beyond the table.
  int32_t after(int32_t trace, int64_t ticks) const {
    if (static_cast<uint64_t>(ticks) >= table.size()) return 0;
    return trace * table[ticks] >> TRACE_BITS;
  }
  int16_t spike(int16_t trace, int64_t ticks) const {
    return static_cast<int16_t>(after(trace, ticks) + TRACE_ONE);
  }
};

struct Rule {
  bool multiplicative;
  int32_t a_plus, a_minus, w_min, w_max;  // s16.15
  Decay plus, minus;

  int32_t potentiated(int32_t weight, int32_t trace) const {
    const int32_t amount = shift_left(trace, 15 - TRACE_BITS);
    if (multiplicative)
      return add(weight, multiply(multiply(subtract(w_max, weight), a_plus), amount));
    return std::min(add(weight, multiply(a_plus, amount)), w_max);
  }
  int32_t depressed(int32_t weight, int32_t trace) const {
    const int32_t amount = shift_left(trace, 15 - TRACE_BITS);
    if (multiplicative)
      return subtract(weight, multiply(multiply(subtract(weight, w_min), a_minus), amount));
    return std::max(subtract(weight, multiply(a_minus, amount)), w_min);
  }
};

// The post spikes of a population that its plastic rows may still have to learn from.
class PostHistory {
 public:
  static constexpr int32_t UNLIMITED = 0;

  PostHistory() = default;
  PostHistory(int64_t neurons, int32_t limit, Decay decay)
      : limit_(limit), room_(limit == UNLIMITED ? 16 : limit), decay_(std::move(decay)) {
    count.assign(neurons, 0);
    last_time.assign(neurons, 0);
    last_trace.assign(neurons, 0);
    times.assign(neurons * room_, 0);
    traces.assign(neurons * room_, 0);
  }

  bool kept() const { return !count.empty(); }

  // Adds a post spike; returns whether the oldest one was lost for it.
  bool spike(uint32_t j, int64_t now) {
    last_trace[j] = decay_.spike(last_trace[j], now - last_time[j]);
    last_time[j] = static_cast<uint32_t>(now);
    if (count[j] == room_ && limit_ == UNLIMITED) grow();
    const bool full = count[j] == room_;
    uint32_t* at = times.data() + j * room_;
    int16_t* trace = traces.data() + j * room_;
    if (full) {
      std::copy(at + 1, at + room_, at);
      std::copy(trace + 1, trace + room_, trace);
      --count[j];
    }
    at[count[j]] = last_time[j];
    trace[count[j]++] = last_trace[j];
    return full;
  }

  const uint32_t* times_of(uint32_t j) const { return times.data() + j * room_; }
  const int16_t* traces_of(uint32_t j) const { return traces.data() + j * room_; }

  // Calls `visit(name, values)` for everything that changes.
  template <class Visit>
  void visit_state(Visit visit) {
    visit("post_count", count);
    visit("post_last_time", last_time);
    visit("post_last_trace", last_trace);
    visit("post_times", times);
    visit("post_traces", traces);
  }

  // Says whether the arrays, read from outside, fit together; takes the room that they have.
  bool sound() {
    if (count.empty()) return true;
    const int64_t room = static_cast<int64_t>(times.size() / count.size());
    if (limit_ != UNLIMITED && room != room_) return false;
    room_ = room;
    const size_t neurons = count.size();
    return times.size() == neurons * room_ && traces.size() == times.size() &&
           last_time.size() == neurons && last_trace.size() == neurons &&
           std::all_of(count.begin(), count.end(),
                       [&](int32_t n) { return n >= 0 && n <= room_; });
  }

  std::vector<int32_t> count;        // post spikes kept for each neuron
  std::vector<uint32_t> last_time;   // of the latest, kept or not; zero before the first
  std::vector<int16_t> last_trace;

 private:
  // Doubles the room of every neuron.
  void grow() {
    const int64_t wide = 2 * room_;
    const auto spread = [&](auto& values) {
      auto larger = values;
      larger.assign(count.size() * wide, 0);
      for (size_t j = 0; j < count.size(); ++j)
        std::copy_n(values.begin() + j * room_, count[j], larger.begin() + j * wide);
      values = std::move(larger);
    };
    spread(times);
    spread(traces);
    room_ = wide;
  }

  int32_t limit_ = UNLIMITED;
  int64_t room_ = 0;
  Decay decay_;
  std::vector<uint32_t> times;  // (neurons, room), oldest first
  std::vector<int16_t> traces;
};

// Learning state of the rows of one projection, or of one stage of its delay extension.
struct PlasticRows {
  std::shared_ptr<const Rule> rule;
  int shift;                       // of the receptor: a stored weight is this far below s16.15
  std::vector<uint16_t> weights;   // as stored
  std::vector<uint32_t> pre_time;  // of each source's last spike
  std::vector<int16_t> pre_trace;

  // One pre spike as its row sees it.
  struct Visit {
    int64_t now, last;
    int16_t trace;  // at the last spike
  };

  Visit arrive(uint32_t source, int64_t now) {
    const Visit visit{now, pre_time[source], pre_trace[source]};
    pre_trace[source] = rule->plus.spike(visit.trace, now - visit.last);
    pre_time[source] = static_cast<uint32_t>(now);
    return visit;
  }

  // Learns from what happened at one synapse since the last visit; returns the new stored weight.
  uint16_t learn(int64_t synapse, const Visit& visit, uint32_t target, int32_t delay,
                 const PostHistory& history) {
    const Rule& r = *rule;
    const int64_t begin = std::max<int64_t>(visit.last - delay, 0);
    const int64_t end = std::max<int64_t>(visit.now - delay, 0);
    int32_t weight = shift_left(weights[synapse], shift);
    int32_t latest = history.count[target] - 1;
    int64_t time = history.last_time[target];
    int32_t trace = history.last_trace[target];
    if (latest >= 0 && time > begin) {
      const uint32_t* times = history.times_of(target);
      while (latest >= 0 && times[latest] > end) --latest;
      int32_t k = latest;
      while (k >= 0 && times[k] > begin) --k;
      for (++k; k <= latest; ++k) {
        const int64_t after = times[k] + delay - visit.last;
        if (after > 0) weight = r.potentiated(weight, r.plus.after(visit.trace, after));
      }
      if (latest >= 0) {
        time = times[latest];
        trace = history.traces_of(target)[latest];
      }
    }
    if (latest >= 0)
      weight = r.depressed(weight, r.minus.after(trace, visit.now - time - delay));
    return weights[synapse] = static_cast<uint16_t>(weight >> shift);
  }
};

}  // namespace spinnaker
