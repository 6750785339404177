// Reads of crossbars with noise; neuro.backends.crossbar.mvm is the same in NumPy.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <vector>

#include "noise.hpp"
#include "products.hpp"

namespace py = pybind11;

namespace {

using neuro::crossbar::HEIGHT;
using neuro::crossbar::Packed;
using Floats = py::array_t<float, py::array::c_style>;

void check_matrix(const Floats& array, const char* name) {
  if (array.ndim() != 2) throw std::invalid_argument(std::string(name) + " has two dimensions");
}

Packed pack(const Floats& matrix) {
  check_matrix(matrix, "matrix");
  return Packed(matrix.data(), matrix.shape(0), matrix.shape(1));
}

void add_noise(Floats sums, const Floats& variance, std::uint64_t key) {
  check_matrix(sums, "sums");
  check_matrix(variance, "variance");
  const std::int64_t batch = sums.shape(0), columns = sums.shape(1);
  if (variance.shape(0) != batch || variance.shape(1) != columns)
    throw std::invalid_argument("sums and variance are of one shape");
  float* const to = sums.mutable_data();
  py::gil_scoped_release release;
  neuro::crossbar::add_rows(to, variance.data(), 0, batch, columns, key);
}

// Read rows `first` ... `last - 1` of a batch, some at a time, so that what is between the products
// stays in the second-level cache.
void read_rows(const float* inputs, const Packed& conductance, const Packed& variance,
               std::int64_t first, std::int64_t last, std::uint64_t key, float* sums) {
  constexpr std::int64_t MOST = 16 * HEIGHT;
  const std::int64_t rows = conductance.rows(), columns = conductance.columns();
  const std::int64_t most = std::min(MOST, last - first);
  std::vector<float> squares(static_cast<std::size_t>(most * rows));
  std::vector<float> spread(static_cast<std::size_t>(most * columns));
  for (; first < last; first += most) {
    const std::int64_t count = std::min(most, last - first);
    const float* const from = inputs + first * rows;
    float* const to = sums + first * columns;
    for (std::int64_t i = 0; i < count * rows; ++i) squares[i] = from[i] * from[i];
    neuro::crossbar::multiply(from, count, conductance, to);
    neuro::crossbar::multiply(squares.data(), count, variance, spread.data());
    neuro::crossbar::add_rows(to, spread.data(), first, first + count, columns, key);
  }
}

Floats noisy_product(const Floats& inputs, const Packed& conductance, const Packed& variance,
                     std::uint64_t key, std::int64_t threads) {
  check_matrix(inputs, "inputs");
  const std::int64_t batch = inputs.shape(0), columns = conductance.columns();
  if (inputs.shape(1) != conductance.rows() || variance.rows() != conductance.rows() ||
      variance.columns() != columns)
    throw std::invalid_argument("inputs, conductance and variance fit together");
  Floats sums({batch, columns});
  const float* const from = inputs.data();
  float* const to = sums.mutable_data();
  py::gil_scoped_release release;
  // Whole groups of rows, so that every output is the same number whatever the threads.
  const std::int64_t groups = (batch + HEIGHT - 1) / HEIGHT;
  const std::int64_t workers = std::max<std::int64_t>(1, std::min(threads, groups));
  const auto work = [&](std::int64_t worker) {
    const std::int64_t begin = HEIGHT * (groups * worker / workers);
    const std::int64_t end = std::min(batch, HEIGHT * (groups * (worker + 1) / workers));
    read_rows(from, conductance, variance, begin, end, key, to);
  };
  std::vector<std::thread> others;
  for (std::int64_t worker = 1; worker < workers; ++worker) others.emplace_back(work, worker);
  work(0);
  for (std::thread& other : others) other.join();
  return sums;
}

}  // namespace

PYBIND11_MODULE(_native, module) {
  module.doc() = "Compiled reads of crossbars; `neuro.backends.crossbar.mvm` calls them.";
  py::class_<Packed>(module, "Packed", "A matrix as the compiled product reads it.")
      .def(py::init(&pack), py::arg("matrix").noconvert());
  module.def("can_multiply", &neuro::crossbar::can_multiply,
             "Whether `noisy_product` runs on this processor.");
  module.def("add_noise", &add_noise, py::arg("sums").noconvert(), py::arg("variance").noconvert(),
             py::arg("key"), "Add sqrt(variance) times the normal numbers of a key, in place.");
  module.def("noisy_product", &noisy_product, py::arg("inputs").noconvert(),
             py::arg("conductance"), py::arg("variance"), py::arg("key"), py::arg("threads"),
             "Multiply inputs with packed conductances, and add noise of packed variances.");
}
