package engine_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"ragoffire/engine"
)

func TestTextInUTF16IsReadAsWhatItSays(t *testing.T) {
	for name, c := range map[string]struct{ bytes, want string }{
		"UTF-8":                      {"Größe", "Größe"},
		"UTF-8 with a mark":          {"\xef\xbb\xbfGröße", "Größe"},
		"UTF-16, little end first":   {"\xff\xfeG\x00\xf6\x00\r\x00\n\x00", "Gö\r\n"},
		"UTF-16, big end first":      {"\xfe\xff\x00G\x00\xf6", "Gö"},
		"beyond the first plane":     {"\xff\xfe\x3d\xd8\x25\xddx\x00", "🔥x"},
		"half a pair, then a letter": {"\xff\xfe\x3d\xd8x\x00", "\ufffdx"},
		"half a pair at the end":     {"\xff\xfex\x00\x3d\xd8", "x\ufffd"},
		"half a unit at the end":     {"\xff\xfex\x00y", "x\ufffd"},
		"only a mark":                {"\xff\xfe", ""},
		"nothing":                    {"", ""},
		"one byte":                   {"\xff", "\xff"},
		"zeros without a mark":       {"G\x00", "G\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"whole": strings.NewReader(c.bytes), "byte by byte": iotest.OneByteReader(strings.NewReader(c.bytes)),
			} {
				if got, err := io.ReadAll(engine.Decoded(iotest.DataErrReader(r))); err != nil || string(got) != c.want {
					t.Errorf("%s: %q, %v, want %q", how, got, err, c.want)
				}
			}
			if err := iotest.TestReader(engine.Decoded(strings.NewReader(c.bytes)), []byte(c.want)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAFaultBelowTextInUTF16IsTold(t *testing.T) {
	got, err := io.ReadAll(engine.Decoded(io.MultiReader(strings.NewReader("\xff\xfeG\x00"), iotest.ErrReader(io.ErrClosedPipe))))
	if string(got) != "G" || err != io.ErrClosedPipe {
		t.Errorf("%q, %v", got, err)
	}
}
