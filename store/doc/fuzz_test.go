package doc

import (
	"testing"

	"ragoffire/engine"
)

// FuzzParseCursor tries the cursors of lists, which clients hand back.
func FuzzParseCursor(f *testing.F) {
	f.Add("")
	f.Add("bTRxM3Y5IElOQy0x")
	f.Add("AAAA")
	f.Add("MSA")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCursor(s)
		if err != nil {
			if engine.KindOf(err) != engine.Invalid {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if s == "" {
			return
		}
		if again, err := ParseCursor(c.String()); err != nil || again != c {
			t.Errorf("%q is %+v, and read again %+v, %v", s, c, again, err)
		}
	})
}
