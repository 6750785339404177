// The cell passes, compiled for: avx2.

#include "pass.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi2")

#define ISA avx2
namespace neuro {
#include "kernels.hpp"

template <class Real>
Pass<Real> pass_avx2(Cell cell, bool uniform, bool summed) {
  return avx2::pass<Real>(cell, uniform, summed);
}
template <class Real>
RowPass<Real> row_pass_avx2(bool immediate) {
  return avx2::row_pass<Real>(immediate);
}
template <class Real>
ScalePass<Real> scale_pass_avx2() {
  return avx2::scale<Real>;
}
template Pass<float> pass_avx2<float>(Cell, bool, bool);
template Pass<double> pass_avx2<double>(Cell, bool, bool);
template RowPass<float> row_pass_avx2<float>(bool);
template RowPass<double> row_pass_avx2<double>(bool);
template ScalePass<float> scale_pass_avx2<float>();
template ScalePass<double> scale_pass_avx2<double>();
}  // namespace neuro

#pragma GCC pop_options
#else
namespace neuro {
template <class Real>
Pass<Real> pass_avx2(Cell, bool, bool) {
  return nullptr;
}
template <class Real>
RowPass<Real> row_pass_avx2(bool) {
  return nullptr;
}
template <class Real>
ScalePass<Real> scale_pass_avx2() {
  return nullptr;
}
template Pass<float> pass_avx2<float>(Cell, bool, bool);
template Pass<double> pass_avx2<double>(Cell, bool, bool);
template RowPass<float> row_pass_avx2<float>(bool);
template RowPass<double> row_pass_avx2<double>(bool);
template ScalePass<float> scale_pass_avx2<float>();
template ScalePass<double> scale_pass_avx2<double>();
}  // namespace neuro
#endif
