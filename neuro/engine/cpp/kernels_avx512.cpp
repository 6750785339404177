// The cell passes, compiled for: avx512.

#include "pass.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,bmi2")

#define ISA avx512
namespace neuro {
#include "kernels.hpp"

template <class Real>
Pass<Real> pass_avx512(Cell cell, bool uniform, bool summed) {
  return avx512::pass<Real>(cell, uniform, summed);
}
template <class Real>
RowPass<Real> row_pass_avx512(bool immediate) {
  return avx512::row_pass<Real>(immediate);
}
template <class Real>
ScalePass<Real> scale_pass_avx512() {
  return avx512::scale<Real>;
}
template Pass<float> pass_avx512<float>(Cell, bool, bool);
template Pass<double> pass_avx512<double>(Cell, bool, bool);
template RowPass<float> row_pass_avx512<float>(bool);
template RowPass<double> row_pass_avx512<double>(bool);
template ScalePass<float> scale_pass_avx512<float>();
template ScalePass<double> scale_pass_avx512<double>();
}  // namespace neuro

#pragma GCC pop_options
#else
namespace neuro {
template <class Real>
Pass<Real> pass_avx512(Cell, bool, bool) {
  return nullptr;
}
template <class Real>
RowPass<Real> row_pass_avx512(bool) {
  return nullptr;
}
template <class Real>
ScalePass<Real> scale_pass_avx512() {
  return nullptr;
}
template Pass<float> pass_avx512<float>(Cell, bool, bool);
template Pass<double> pass_avx512<double>(Cell, bool, bool);
template RowPass<float> row_pass_avx512<float>(bool);
template RowPass<double> row_pass_avx512<double>(bool);
template ScalePass<float> scale_pass_avx512<float>();
template ScalePass<double> scale_pass_avx512<double>();
}  // namespace neuro
#endif
