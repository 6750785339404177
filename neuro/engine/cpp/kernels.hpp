// Cell passes: one branch-free sweep over a population for each cell type and semantics.
//
// Included once for each instruction set, inside a namespace of its own (ISA), so that one binary
// holds all of them and the best is chosen at run time. The order of operations is that of
// neuro/engine/cells.py, without contraction, so that double precision gives the same bits.
//
// A refractory neuron is parked at minus infinity: the sweep needs no select, and the engine sets it
// to v_reset when its time is over.

namespace ISA {

constexpr int64_t BLOCK = 128;  // neurons swept before looking for spikes among them

template <class Real>
using Flag = std::conditional_t<sizeof(Real) == 8, int64_t, int32_t>;

// Constants of a population: one for all neurons, copied so that no store can alias them, or one for
// each.
template <class Real, bool UNIFORM, int COUNT>
struct Constants;

template <class Real, int COUNT>
struct Constants<Real, true, COUNT> {
  Real values[COUNT];
  explicit Constants(const Real* const* table) {
    for (int k = 0; k < COUNT; ++k) values[k] = table[k][0];
  }
  Real at(int index, int64_t) const { return values[index]; }
};

template <class Real, int COUNT>
struct Constants<Real, false, COUNT> {
  const Real* const* table;
  explicit Constants(const Real* const* constants) : table(constants) {}
  Real at(int index, int64_t j) const { return table[index][j]; }
};

// Runs `update(j)`, which says whether neuron j spikes, over all neurons, and lists those that do.
// The answers are gathered over a block, so that the sweep itself holds no branch; who spikes in a
// block is not for a branch to guess either, so those are read from the bits of a mask.
template <class Real, class Update, class Spiked>
inline int64_t sweep(int64_t n, uint32_t* spikes, Update update, Spiked spiked) {
  int64_t count = 0;
  for (int64_t begin = 0; begin < n; begin += BLOCK) {
    const int64_t size = std::min(n - begin, BLOCK);
    Flag<Real> any = 0;
#pragma GCC ivdep
    for (int64_t j = begin; j < begin + size; ++j) any |= update(j) ? Flag<Real>(-1) : Flag<Real>(0);
    if (!any) continue;
    alignas(64) uint8_t flags[BLOCK] = {};
    for (int64_t k = 0; k < size; ++k) flags[k] = spiked(begin + k);
    for (int64_t first = 0; first < BLOCK; first += 64) {
      uint64_t mask = 0;
      for (int64_t group = 0; group < 64; group += 8)
        mask |= packed(flags + first + group) << group;
      for (; mask; mask &= mask - 1)
        spikes[count++] = static_cast<uint32_t>(begin + first + lowest_bit(mask));
    }
  }
  return count;
}

template <class Real, bool UNIFORM, bool SUMMED>
int64_t current_exact(Sweep<Real>& s) {
  enum { V_REST, DECAY_M, DRIVEN_REST, GAIN_E, GAIN_I, DECAY_E, DECAY_I, V_THRESH, COUNT };
  const Constants<Real, UNIFORM, COUNT> c(s.constants);
  Real* __restrict v = s.state[0];
  Real* __restrict e = s.state[1];
  Real* __restrict i = s.state[2];
  Real* __restrict in_e = s.arrivals[0];
  Real* __restrict in_i = s.arrivals[1];
  const auto update = [=](int64_t j) {
    const Real next = c.at(DRIVEN_REST, j) + c.at(DECAY_M, j) * (v[j] - c.at(V_REST, j)) +
                      (c.at(GAIN_E, j) * e[j] - c.at(GAIN_I, j) * i[j]);
    v[j] = next;
    if constexpr (SUMMED) {
      e[j] = c.at(DECAY_E, j) * e[j] + in_e[j];
      i[j] = c.at(DECAY_I, j) * i[j] + in_i[j];
      in_e[j] = 0;
      in_i[j] = 0;
    } else {
      e[j] = c.at(DECAY_E, j) * e[j];
      i[j] = c.at(DECAY_I, j) * i[j];
    }
    return next >= c.at(V_THRESH, j);
  };
  return sweep<Real>(s.size, s.spikes, update,
                     [=](int64_t j) { return v[j] >= c.at(V_THRESH, j); });
}

template <class Real, bool UNIFORM>
int64_t current_tick(Sweep<Real>& s) {
  enum { V_REST, RESISTANCE, DECAY_M, I_OFFSET, CHARGE_E, CHARGE_I, DECAY_E, DECAY_I, V_THRESH, COUNT };
  const Constants<Real, UNIFORM, COUNT> c(s.constants);
  Real* __restrict v = s.state[0];
  Real* __restrict e = s.state[1];
  Real* __restrict i = s.state[2];
  Real* __restrict in_e = s.arrivals[0];
  Real* __restrict in_i = s.arrivals[1];
  const auto update = [=](int64_t j) {
    const Real i_e = e[j] + c.at(CHARGE_E, j) * in_e[j];
    const Real i_i = i[j] + c.at(CHARGE_I, j) * in_i[j];
    const Real asymptote =
        c.at(V_REST, j) + c.at(RESISTANCE, j) * (i_e - i_i + c.at(I_OFFSET, j));
    const Real next = asymptote - c.at(DECAY_M, j) * (asymptote - v[j]);
    v[j] = next;
    e[j] = c.at(DECAY_E, j) * i_e;
    i[j] = c.at(DECAY_I, j) * i_i;
    in_e[j] = 0;
    in_i[j] = 0;
    return next >= c.at(V_THRESH, j);
  };
  return sweep<Real>(s.size, s.spikes, update,
                     [=](int64_t j) { return v[j] >= c.at(V_THRESH, j); });
}

template <class Real, bool UNIFORM, bool SUMMED>
int64_t conductance_exact(Sweep<Real>& s) {
  enum { V_REST, LEAK, OPEN_E, OPEN_I, DRIVE_E, DRIVE_I, I_OFFSET, DECAY_E, DECAY_I, V_THRESH, NODE,
         COUNT = NODE + 6 * QUADRATURE_NODES };
  // For each quadrature node, from NODE on: weight, e, i, leak, open_e, open_i.
  const Constants<Real, UNIFORM, COUNT> c(s.constants);
  Real* __restrict v = s.state[0];
  Real* __restrict e = s.state[1];
  Real* __restrict i = s.state[2];
  Real* __restrict in_e = s.arrivals[0];
  Real* __restrict in_i = s.arrivals[1];
  const auto update = [=](int64_t j) {
    const Real g_e = e[j], g_i = i[j];
    const Real total =
        std::exp(-(c.at(LEAK, j) + c.at(OPEN_E, j) * g_e + c.at(OPEN_I, j) * g_i));
    Real driven = 0;
    for (int node = NODE; node < NODE + 6 * QUADRATURE_NODES; node += 6) {
      const Real survive = std::exp(
          -(c.at(node + 3, j) + c.at(node + 4, j) * g_e + c.at(node + 5, j) * g_i));
      const Real forcing = c.at(DRIVE_E, j) * c.at(node + 1, j) * g_e +
                           c.at(DRIVE_I, j) * c.at(node + 2, j) * g_i + c.at(I_OFFSET, j);
      driven += c.at(node, j) * survive * forcing;
    }
    const Real next = c.at(V_REST, j) + total * (v[j] - c.at(V_REST, j)) + driven;
    v[j] = next;
    e[j] = c.at(DECAY_E, j) * g_e;
    i[j] = c.at(DECAY_I, j) * g_i;
    if constexpr (SUMMED) {
      e[j] += in_e[j];
      i[j] += in_i[j];
      in_e[j] = 0;
      in_i[j] = 0;
    }
    return next >= c.at(V_THRESH, j);
  };
  return sweep<Real>(s.size, s.spikes, update,
                     [=](int64_t j) { return v[j] >= c.at(V_THRESH, j); });
}

template <class Real, bool UNIFORM>
int64_t conductance_tick(Sweep<Real>& s) {
  enum { V_REST, RESISTANCE, DECAY_M, I_OFFSET, CHARGE_E, CHARGE_I, DECAY_E, DECAY_I, V_THRESH,
         E_REV_E, E_REV_I, COUNT };
  const Constants<Real, UNIFORM, COUNT> c(s.constants);
  Real* __restrict v = s.state[0];
  Real* __restrict e = s.state[1];
  Real* __restrict i = s.state[2];
  Real* __restrict in_e = s.arrivals[0];
  Real* __restrict in_i = s.arrivals[1];
  const auto update = [=](int64_t j) {
    const Real g_e = e[j] + c.at(CHARGE_E, j) * in_e[j];
    const Real g_i = i[j] + c.at(CHARGE_I, j) * in_i[j];
    const Real current = g_e * (c.at(E_REV_E, j) - v[j]) + g_i * (c.at(E_REV_I, j) - v[j]);
    const Real asymptote =
        c.at(V_REST, j) + c.at(RESISTANCE, j) * (current + c.at(I_OFFSET, j));
    const Real next = asymptote - c.at(DECAY_M, j) * (asymptote - v[j]);
    v[j] = next;
    e[j] = c.at(DECAY_E, j) * g_e;
    i[j] = c.at(DECAY_I, j) * g_i;
    in_e[j] = 0;
    in_i[j] = 0;
    return next >= c.at(V_THRESH, j);
  };
  return sweep<Real>(s.size, s.spikes, update,
                     [=](int64_t j) { return v[j] >= c.at(V_THRESH, j); });
}

template <class Real, bool UNIFORM>
int64_t delta(Sweep<Real>& s) {
  enum { V_REST, DECAY_M, DRIVEN_REST, V_THRESH, COUNT };
  const Constants<Real, UNIFORM, COUNT> c(s.constants);
  Real* __restrict v = s.state[0];
  Real* __restrict in_e = s.arrivals[0];
  Real* __restrict in_i = s.arrivals[1];
  const auto update = [=](int64_t j) {
    const Real next = c.at(DRIVEN_REST, j) + c.at(DECAY_M, j) * (v[j] - c.at(V_REST, j)) +
                      (in_e[j] - in_i[j]);
    v[j] = next;
    in_e[j] = 0;
    in_i[j] = 0;
    return next >= c.at(V_THRESH, j);
  };
  return sweep<Real>(s.size, s.spikes, update,
                     [=](int64_t j) { return v[j] >= c.at(V_THRESH, j); });
}

template <class Real, bool UNIFORM>
int64_t discrete(Sweep<Real>& s) {
  enum { DECAY, THRESHOLD, COUNT };
  const Constants<Real, UNIFORM, COUNT> c(s.constants);
  Real* __restrict u = s.state[0];
  Real* __restrict in = s.arrivals[0];
  const auto update = [=](int64_t j) {
    const Real next = c.at(DECAY, j) * u[j] + in[j];
    u[j] = next;
    in[j] = 0;
    return next > c.at(THRESHOLD, j);
  };
  return sweep<Real>(s.size, s.spikes, update,
                     [=](int64_t j) { return u[j] > c.at(THRESHOLD, j); });
}

template <class Real, bool UNIFORM>
int64_t binary(Sweep<Real>& s) {
  enum { THRESHOLD, COUNT };
  const Constants<Real, UNIFORM, COUNT> c(s.constants);
  Real* __restrict in = s.arrivals[0];
  int64_t count = 0;
  for (int64_t j = 0; j < s.size; ++j) {
    if (in[j] >= c.at(THRESHOLD, j)) s.spikes[count++] = static_cast<uint32_t>(j);
    in[j] = 0;
  }
  return count;
}

template <class Real, bool UNIFORM>
Pass<Real> choose(Cell cell, bool summed) {
  switch (cell) {
    case Cell::current_exact:
      return summed ? current_exact<Real, UNIFORM, true> : current_exact<Real, UNIFORM, false>;
    case Cell::current_tick:
      return current_tick<Real, UNIFORM>;
    case Cell::conductance_exact:
      return summed ? conductance_exact<Real, UNIFORM, true>
                    : conductance_exact<Real, UNIFORM, false>;
    case Cell::conductance_tick:
      return conductance_tick<Real, UNIFORM>;
    case Cell::delta:
      return delta<Real, UNIFORM>;
    case Cell::discrete:
      return discrete<Real, UNIFORM>;
    case Cell::binary:
      return binary<Real, UNIFORM>;
  }
  throw std::invalid_argument("unknown cell");
}

// One visit of a row of plastic weights: clip what was potentiated, send, depress, clip.
template <class Real, bool IMMEDIATE>
void plastic_row(Real* row, Real* slot, const Real* trace, int64_t n, Real a_minus, Real w_min,
                 Real w_max) {
#pragma GCC ivdep
  for (int64_t j = 0; j < n; ++j) {
    const Real sent = std::min(w_max, row[j]);
    const Real kept = std::max(w_min, sent - a_minus * trace[j]);
    slot[j] += IMMEDIATE ? sent : kept;
    row[j] = kept;
  }
}

template <class Real>
void scale(Real* values, int64_t n, Real factor) {
#pragma GCC ivdep
  for (int64_t j = 0; j < n; ++j) values[j] *= factor;
}

template <class Real>
RowPass<Real> row_pass(bool immediate) {
  return immediate ? plastic_row<Real, true> : plastic_row<Real, false>;
}

template <class Real>
Pass<Real> pass(Cell cell, bool uniform, bool summed) {
  return uniform ? choose<Real, true>(cell, summed) : choose<Real, false>(cell, summed);
}

}  // namespace ISA
