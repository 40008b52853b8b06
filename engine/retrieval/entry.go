package retrieval

import (
	"cmp"
	"strings"
	"sync/atomic"
)

// key identifies a document.
type key struct{ kind, id string }

// String is the key as one string, the kind first; parseKey is its inverse for a kind that is known.
func (k key) String() string { return k.kind + "\x00" + k.id }

func parseKey(s, kind string) key { return key{kind, strings.TrimPrefix(s, kind+"\x00")} }

func compareKeys(a, b key) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.kind, b.kind)) }

// entry is a document as the index holds it: counted features, no text. It never changes, but for its cached norms.
type entry struct {
	key
	typeKey, service string
	magnitude        *float64
	slot             uint32
	problem, seen    uint32 // hashed, 0 where unknown
	length           float32
	// terms are the numbers of the document's words and how often they occur, by number.
	terms []packed
	// flow is the running text in places of terms, packed; spread is how many different pairs of neighbours it has.
	flow   []byte
	spread int
	// names are the terms of the document's names.
	names []uint32
	norms atomic.Pointer[norms]
}

// norms are the lengths of a document's two TF-IDF vectors, valid while the index is at that epoch.
type norms struct {
	epoch        uint64
	words, chars float64
	// passages are those of the passages of the running text.
	passages []float32
}

// newEntry builds the entry of a document but for its terms and its slot, which only the index knows.
func newEntry(d Document, a analysis) *entry {
	return &entry{
		key:     key{d.Kind, d.ID},
		typeKey: foldName(d.Facets.Type), service: foldName(d.Facets.Service), magnitude: copied(d.Facets.Magnitude),
		problem: hashName(cmp.Or(d.Facets.Problem, d.Facets.Type)), seen: hashName(d.Facets.Seen), length: a.length, spread: a.spread,
	}
}

// again tells whether two entries tell of the same problem.
func (e *entry) again(other *entry) bool {
	return e.problem != 0 && e.problem == other.problem || e.seen != 0 && e.seen == other.seen
}

func hashName(name string) uint32 {
	if name = foldName(name); name == "" {
		return 0
	}
	return hashString(name)
}

func copied(f *float64) *float64 {
	if f == nil {
		return nil
	}
	v := *f
	return &v
}

// foldName makes names comparable: DatabaseTimeout, database-timeout and database_timeout are one type.
func foldName(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if inWord(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// maxProbe is the length of an alert's summary and description together, in bytes, as monitoring systems send them.
const maxProbe = 300

// probeText is the document's title and symptom, or where it has neither, how it begins.
func probeText(d Document) string {
	var probe, rest strings.Builder
	for _, f := range d.Fields {
		switch f.Name {
		case "title", "alerts", "symptom":
			probe.WriteString(f.Text)
			probe.WriteByte(' ')
		default:
			if rest.Len() < maxProbe {
				rest.WriteString(f.Text)
				rest.WriteByte(' ')
			}
		}
	}
	text := probe.String()
	if strings.TrimSpace(text) == "" {
		text = rest.String()
	}
	return strings.Clone(text[:min(len(text), maxProbe)])
}
