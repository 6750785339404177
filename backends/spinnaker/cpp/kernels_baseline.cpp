// The sweep, compiled for: baseline.

#include "lanes.hpp"
#include "pass.hpp"

#define ISA baseline
#define LANES OneLane
namespace spinnaker {
#include "kernels.hpp"

Pass pass_baseline(bool conductance, bool uniform) { return baseline::pass(conductance, uniform); }
}  // namespace spinnaker
