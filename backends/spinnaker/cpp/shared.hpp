// Numbers that never change and may belong to somebody else, such as an array of the layout.

#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace spinnaker {

template <class T>
struct Shared {
  std::shared_ptr<const void> owner;
  const T* values = nullptr;
  size_t count = 0;

  const T* data() const { return values; }
  size_t size() const { return count; }
  const T& operator[](size_t k) const { return values[k]; }
};

}  // namespace spinnaker
