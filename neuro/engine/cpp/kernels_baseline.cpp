// The cell passes, compiled for: baseline.

#include "pass.hpp"


#define ISA baseline
namespace neuro {
#include "kernels.hpp"

template <class Real>
Pass<Real> pass_baseline(Cell cell, bool uniform, bool summed) {
  return baseline::pass<Real>(cell, uniform, summed);
}
template <class Real>
RowPass<Real> row_pass_baseline(bool immediate) {
  return baseline::row_pass<Real>(immediate);
}
template <class Real>
ScalePass<Real> scale_pass_baseline() {
  return baseline::scale<Real>;
}
template Pass<float> pass_baseline<float>(Cell, bool, bool);
template Pass<double> pass_baseline<double>(Cell, bool, bool);
template RowPass<float> row_pass_baseline<float>(bool);
template RowPass<double> row_pass_baseline<double>(bool);
template ScalePass<float> scale_pass_baseline<float>();
template ScalePass<double> scale_pass_baseline<double>();
}  // namespace neuro
