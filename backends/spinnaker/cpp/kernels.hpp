// The sweep over a population: ring buffers into receptors, membrane, spikes, decay.
//
// Included once for each instruction set, inside a namespace of its own (ISA), with LANES the
// vectors to compute with. The order of operations is that of specs, spinnaker section 2; every
// operator is exact, so all instruction sets give the same bits.

namespace ISA {

// Constants of a population: one for all neurons, kept in registers, or one for each.
template <class Lanes, bool UNIFORM>
struct Constants;

template <class Lanes>
struct Constants<Lanes, true> {
  Lanes values[CONSTANTS];
  explicit Constants(const int32_t* const* table) {
    for (int k = 0; k < CONSTANTS; ++k) values[k] = Lanes::all(table[k][0]);
  }
  Lanes at(int index, int64_t) const { return values[index]; }
};

template <class Lanes>
struct Constants<Lanes, false> {
  const int32_t* const* table;
  explicit Constants(const int32_t* const* constants) : table(constants) {}
  Lanes at(int index, int64_t j) const { return Lanes::load(table[index] + j); }
};

template <class Lanes, bool CONDUCTANCE, class C>
inline Lanes current(const C& c, int64_t j, Lanes v, Lanes e, Lanes i) {
  if constexpr (CONDUCTANCE) {
    const Lanes g_e = shift_right(e, GSYN_SHIFT);
    const Lanes g_i = shift_right(i, GSYN_SHIFT);
    return multiply(g_e, c.at(E_REV_E, j) - v) -
           multiply(Lanes::all(0) - g_i, c.at(E_REV_I, j) - v);
  } else {
    return e - i;
  }
}

// Sweeps neurons from `begin` on, as long as whole vectors fit; returns where it stopped.
template <class Lanes, bool CONDUCTANCE, bool UNIFORM>
inline int64_t sweep(const Sweep& s, int64_t begin, int64_t& count) {
  const Constants<Lanes, UNIFORM> c(s.constants);
  int64_t j = begin;
  for (; j + Lanes::WIDTH <= s.size; j += Lanes::WIDTH) {
    const Lanes arrived_e = shift_left(Lanes::load(s.arrivals[0] + j), s.shifts[0]);
    const Lanes arrived_i = shift_left(Lanes::load(s.arrivals[1] + j), s.shifts[1]);
    Lanes::clear(s.arrivals[0] + j);
    Lanes::clear(s.arrivals[1] + j);
    const Lanes e = Lanes::load(s.inputs[0] + j) + scale(arrived_e, c.at(INIT_E, j));
    const Lanes i = Lanes::load(s.inputs[1] + j) + scale(arrived_i, c.at(INIT_I, j));

    const Lanes v = Lanes::load(s.v + j);
    const Lanes wait = Lanes::load(s.refractory + j);
    const auto resting = Lanes::positive(wait);
    const Lanes total = current<Lanes, CONDUCTANCE>(c, j, v, e, i) + c.at(I_OFFSET, j);
    const Lanes alpha = multiply(total, c.at(RESISTANCE, j)) + c.at(V_REST, j);
    const Lanes moved = alpha - multiply(c.at(EXP_TC, j), alpha - v);
    const Lanes next = Lanes::choose(resting, v, moved);
    const Lanes left = Lanes::choose(resting, wait - Lanes::all(1), wait);
    const auto fires = Lanes::at_least(next, c.at(V_THRESH, j));

    Lanes::choose(fires, c.at(V_RESET, j), next).store(s.v + j);
    Lanes::choose(fires, c.at(REFRACTORY, j), left).store(s.refractory + j);
    scale(e, c.at(DECAY_E, j)).store(s.inputs[0] + j);
    scale(i, c.at(DECAY_I, j)).store(s.inputs[1] + j);
    uint32_t found = Lanes::bits(fires);
    for (uint32_t lane = 0; found; ++lane, found >>= 1)
      if (found & 1) s.spikes[count++] = static_cast<uint32_t>(j) + lane;
  }
  return j;
}

template <bool CONDUCTANCE, bool UNIFORM>
int64_t whole(Sweep& s) {
  int64_t count = 0;
  const int64_t rest = sweep<LANES, CONDUCTANCE, UNIFORM>(s, 0, count);
  if constexpr (LANES::WIDTH > 1) sweep<OneLane, CONDUCTANCE, UNIFORM>(s, rest, count);
  return count;
}

inline Pass pass(bool conductance, bool uniform) {
  if (conductance) return uniform ? whole<true, true> : whole<true, false>;
  return uniform ? whole<false, true> : whole<false, false>;
}

}  // namespace ISA
