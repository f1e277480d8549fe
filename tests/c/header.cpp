// The header in C++: the names have C linkage, and the codes are constants.
#include <cstdint>
#include <sealbook.h>

int main() {
    sealbook_error *error = nullptr;
    char *out = nullptr;
    const std::uint32_t code = sealbook_canonicalize("[]", 2, &out, &error);
    const bool same = code == SEALBOOK_PAYLOAD_NOT_OBJECT && sealbook_error_number(error) == code;
    sealbook_error_free(error);
    return same ? 0 : 1;
}
