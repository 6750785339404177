// Read noise on column sums: one normal number for each, times the root of its variance.
//
// Box and Muller (doi:10.1214/aoms/1177706645) with the polynomials of the Cephes library for log,
// sin and cos in single precision; NumPy does the same in neuro.backends.crossbar.mvm. No branch
// and no call stands in the loop, so that the compiler turns it into vector instructions.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace py = pybind11;

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define VECTORISED __attribute__((target_clones("avx2", "default")))
#else
#define VECTORISED
#endif

namespace {

// Natural logarithm of x in (0, 1].
inline float log_unit(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  // Mantissa in [sqrt(1/2), sqrt(2)); the shift is arithmetic.
  const std::int32_t exponent = static_cast<std::int32_t>(bits - 0x3f3504f3u) >> 23;
  const std::uint32_t rest = bits - (static_cast<std::uint32_t>(exponent) << 23);
  float mantissa;
  std::memcpy(&mantissa, &rest, sizeof mantissa);
  const float m = mantissa - 1.0f, square = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  return m * square * p - 0.5f * square + m + 0.69314718f * static_cast<float>(exponent);
}

// Add to sums[i] and sums[half + i] the two normal numbers of words[i] and words[half + i].
VECTORISED void add_pairs(float* __restrict sums, const float* __restrict variance,
                          const std::uint32_t* __restrict words, std::int64_t half,
                          std::int64_t count) {
  for (std::int64_t i = 0; i < count - half; ++i) {
    const float u = (static_cast<float>(static_cast<std::int32_t>(words[i] >> 1)) + 0.5f) * 0x1p-31f;
    const float logarithm = -2.0f * log_unit(u);
    const float radius = logarithm < 0.0f ? 0.0f : logarithm;
    // The angle is a fraction of 2^32: a quadrant, and a rest in [-pi/4, pi/4].
    const std::uint32_t turn = words[half + i];
    const std::int32_t quadrant = static_cast<std::int32_t>((turn + 0x20000000u) >> 30);
    const std::int32_t rest =
        static_cast<std::int32_t>(turn - (static_cast<std::uint32_t>(quadrant) << 30));
    const float a = static_cast<float>(rest) * static_cast<float>(3.14159265358979 * 0x1p-31);
    const float z = a * a;
    const float s =
        ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * a + a;
    const float c =
        ((2.4433157118e-5f * z - 1.3887316255e-3f) * z + 4.1666645683e-2f) * z * z - 0.5f * z + 1.0f;
    const float cosine = (quadrant & 1) ? s : c, sine = (quadrant & 1) ? c : s;
    sums[i] += std::sqrt(radius * variance[i]) * (((quadrant + 1) & 2) ? -cosine : cosine);
    sums[half + i] += std::sqrt(radius * variance[half + i]) * ((quadrant & 2) ? -sine : sine);
  }
}

using Floats = py::array_t<float, py::array::c_style>;
using Words = py::array_t<std::uint32_t, py::array::c_style>;

void add_noise(Floats sums, Floats variance, Words words) {
  const std::int64_t count = sums.size(), half = (count + 1) / 2;
  if (count % 2 != 0 || variance.size() != count || words.size() != count)
    throw std::invalid_argument("sums, variance and words are of one even size");
  float* const to = sums.mutable_data();
  py::gil_scoped_release release;
  add_pairs(to, variance.data(), words.data(), half, count);
}

}  // namespace

PYBIND11_MODULE(_native, module) {
  module.doc() = "Compiled read noise of crossbars; `neuro.backends.crossbar.mvm` calls it.";
  module.def("add_noise", &add_noise, py::arg("sums").noconvert(),
             py::arg("variance").noconvert(), py::arg("words").noconvert(),
             "Add sqrt(variance) times normal numbers made of random words, in place.");
}
