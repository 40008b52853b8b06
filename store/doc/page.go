package doc

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ragoffire/engine"
)

// Limit returns how many rows a list may give for what was asked: 0 means def,
// and no list gives more than a thousand.
func Limit(asked, def int) int {
	if asked <= 0 {
		return def
	}
	return min(asked, 1000)
}

// Cursor is where a page ended: the next one starts below it. The zero cursor
// is before the first row.
type Cursor struct {
	At time.Time
	ID string
}

// ParseCursor reads what String wrote; "" is the zero cursor.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	at, id, ok := strings.Cut(string(b), " ")
	us, perr := strconv.ParseInt(at, 36, 64)
	if err != nil || perr != nil || !ok || id == "" || id != Text(id) {
		return Cursor{}, engine.Invalidf("after", "%q is not a cursor of this list", s)
	}
	return Cursor{At: time.UnixMicro(us).UTC(), ID: id}, nil
}

// String returns the cursor as a word that is safe in a URL.
func (c Cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s %s", strconv.FormatInt(c.At.UnixMicro(), 36), c.ID))
}

// Page cuts rows, of which one more than limit was read, to a page, and returns
// the cursor of the next, "" at the end.
func Page[T any](rows []T, limit int, at func(*T) Cursor) ([]T, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	return rows[:limit], at(&rows[limit-1]).String()
}
