package engine

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"time"
)

// crockford is base 32 without I, L, O and U: ids are read aloud at night.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newID makes an id that sorts by time: the prefix, 48 bits of milliseconds and
// 80 random bits, as a ULID.
func newID(prefix string, now time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16)
	if _, err := rand.Read(b[6:]); err != nil {
		panic(err) // crypto/rand does not fail; see its documentation
	}
	return prefix + base32.NewEncoding(crockford).WithPadding(base32.NoPadding).EncodeToString(b[:])
}
