package retrieval

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatATextSaysIsNotTheMatterIsLeftOut(t *testing.T) {
	tests := []struct {
		name, text, want string
		denied           []string
	}{
		{"named with an article", "checkout is slow but it is not the database", "checkout is slow but it is ", []string{"the database"}},
		{"in a short form", "checkout is slow, it isn't the database; looks like DNS", "checkout is slow, it ; looks like DNS", []string{"the database"}},
		{"with a phone's apostrophe", "it isn’t our connection pool on orders", "it  on orders", []string{"our connection pool"}},
		{"with a preposition", "lag grows, unrelated to kafka", "lag grows, ", []string{"kafka"}},
		{"two at once", "timeouts, neither the database nor the cache", "timeouts,  ", []string{"the database", "the cache"}},
		{
			"in many words", "5xx again and it has nothing to do with the deploy, certificates expired",
			"5xx again and it has , certificates expired",
			[]string{"the deploy"},
		},
		{"by its health", "the database is fine but checkout times out", " but checkout times out", []string{"the database"}},
		{"as no cause", "memory grows, the deploy is not the cause", "memory grows, ", []string{"the deploy"}},
		{"as no problem", "no network problems, disk full on search-3", ", disk full on search-3", []string{"network"}},
		{"as a type that it is not", "no database timeouts, redis cache misses", ", redis cache misses", []string{"database timeouts"}},
		{"alone", "it is not the database", "it is ", []string{"the database"}},
		{"no more than its phrase", "not the big database replica but elections", " but elections", []string{"the big database replica"}},
		{"no more than a few words", "not the big database replica member elections", " member elections", []string{"the big database replica"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, denied := NewTypes(knownTypes()).Affirmed(test.text)
			if got != test.want || !slices.Equal(denied, test.denied) {
				t.Errorf("left %q without %q, want %q without %q", got, denied, test.want, test.denied)
			}
		})
	}
}

func TestALackIsNoDenial(t *testing.T) {
	for _, text := range []string{
		"", "not", "no", "neither", "is fine",
		"no space left on device", "no route to host", "pod not ready for 15 minutes", "no data received", "certificate is not valid",
		"node is not reachable", "not enough replicas", "0 of 3 targets are healthy", "no replicas are healthy", "only 1 broker is ok",
		"the backend is not healthy", "writes fail without a leader", "not synced", "the operator did not reconcile", "host not found",
		"no leader elected", "disk full, no free inodes", "is not OK", "db-2 is not the primary", "the running image is not the expected one", "no disk space on search-3", "pods without database connections",
	} {
		if got, denied := NewTypes(append(knownTypes(), "disk_space", "database_connection")).Affirmed(text); got != text || denied != nil {
			t.Errorf("of %q was left %q without %q", text, got, denied)
		}
	}
}

func FuzzAffirmed(f *testing.F) {
	f.Add("checkout is slow but it isn’t the database, kafka is fine and there are no database timeouts")
	f.Add("neither nor rather than no\x00 is fine not the cause")
	types := NewTypes(knownTypes())
	f.Fuzz(func(t *testing.T, text string) {
		left, denied := types.Affirmed(text)
		at := 0
		for n := range len(left) { // in the same order, nothing added
			next := strings.IndexByte(text[at:], left[n])
			if next < 0 {
				t.Fatalf("of %q was left %q", text, left)
			}
			at += next + 1
		}
		for _, d := range denied {
			if !strings.Contains(text, d) || len(left)+len(d) > len(text) {
				t.Fatalf("of %q was left %q without %q", text, left, d)
			}
		}
		if len(denied) == 0 && left != text {
			t.Fatalf("of %q was left %q for nothing", text, left)
		}
	})
}

// TestALongDenialIsReadInNoTime has a text that would take minutes if each denial
// looked at all that follows.
func TestALongDenialIsReadInNoTime(t *testing.T) {
	text := strings.Repeat("no lag the ", maxWords/3)
	if left, denied := NewTypes(knownTypes()).Affirmed(text); left != text || denied != nil {
		t.Errorf("left %d bytes without %d", len(left), len(denied))
	}
}
