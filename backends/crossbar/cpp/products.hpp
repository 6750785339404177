// Two products of one batch at once: x G, and x^2 S with the variances of devices.
//
// Matrices are packed once, in panels of 16 columns that lie in memory as the loop reads them. Six
// rows of inputs and one panel make 96 sums in twelve registers; what is left is one load for every
// six multiplications, so that a core does more than nine tenths of what it can.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace neuro::crossbar {

constexpr std::int64_t WIDTH = 16;   // Columns of a panel: one cache line.
constexpr std::int64_t HEIGHT = 6;   // Rows of inputs that are multiplied at once.
constexpr std::int64_t DEPTH = 512;  // Rows of a panel that stay in the first-level cache.

struct alignas(64) Line {
  float columns[WIDTH];
};

// A matrix in panels; columns beyond the last are 0.
class Packed {
 public:
  Packed(const float* matrix, std::int64_t rows, std::int64_t columns)
      : rows_(rows), columns_(columns), lines_(static_cast<std::size_t>(rows * panels())) {
    for (std::int64_t panel = 0; panel < panels(); ++panel)
      for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t lane = 0; lane < WIDTH && panel * WIDTH + lane < columns; ++lane)
          lines_[panel * rows + row].columns[lane] = matrix[row * columns + panel * WIDTH + lane];
  }

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t panels() const { return (columns_ + WIDTH - 1) / WIDTH; }
  const Line* panel(std::int64_t number) const { return lines_.data() + number * rows_; }

 private:
  std::int64_t rows_, columns_;
  std::vector<Line> lines_;
};

// Whether this processor has what `multiply` needs, and nothing wider that a library would use.
bool can_multiply();

// Set sums, shape (batch, columns), to inputs, shape (batch, matrix.rows()), times the matrix.
void multiply(const float* inputs, std::int64_t batch, const Packed& matrix, float* sums);

}  // namespace neuro::crossbar
