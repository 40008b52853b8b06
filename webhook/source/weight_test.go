package source

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestADecodedBodyTakesTenTimesItselfAtMost holds what a body takes while it is
// decoded against the bound, for shapes that take most.
func TestADecodedBodyTakesTenTimesItselfAtMost(t *testing.T) {
	const most = 1 << 20
	numbered := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < most-64; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	many := func(s string) string { return strings.Repeat(s, (most-16)/len(s)) }
	for name, c := range map[string]struct {
		body    string
		refused bool
	}{
		"numbers":           {"[" + many("0,") + "0]", true},
		"empty objects":     {"[" + many("{},") + "0]", true},
		"empty lists":       {"[" + many("[],") + "0]", true},
		"small objects":     {"[" + many(`{"a":0},`) + "0]", true},
		"empty texts":       {"[" + many(`"",`) + "0]", true},
		"keys":              {"{" + numbered(`"%d":0,`) + `"a":0}`, false},
		"long keys":         {"{" + numbered(`"the number %d":"x",`) + `"a":0}`, false},
		"one text":          {`"` + many("é") + `"`, false},
		"escapes":           {`"` + many(`\u00e9`) + `"`, false},
		"quotes in a text":  {`"` + many(`\",{[:`) + `"`, false},
		"realistic alerts":  {"[" + many(`{"title":"Disk is full on db-12","fingerprint":"disk-db-12","service":"db"},`) + "0]", false},
		"ten thousand tiny": {"[" + strings.Repeat(`{"title":"a"},`, 10_000) + "0]", false},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			v, err := decode([]byte(c.body))
			runtime.GC()
			runtime.ReadMemStats(&after)
			if (err != nil) != c.refused {
				t.Fatalf("err = %v, want one: %v", err, c.refused)
			}
			if took, limit := int(after.HeapAlloc)-int(before.HeapAlloc), maxGrowth*len(c.body)+smallTree; took > limit {
				t.Errorf("%d bytes take %d, more than %d", len(c.body), took, limit)
			}
			runtime.KeepAlive(v)
		})
	}
}

func TestWhatSendersSendIsNeverTooHeavy(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		// As many of them as one body holds.
		if n := (1 << 20) / len(b); n*weight(b) > maxGrowth*(1<<20)+smallTree {
			t.Errorf("%s: %d times its size", name, weight(b)/len(b))
		}
	}
}
