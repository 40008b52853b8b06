package retrieval

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// spelt writes spans down as weight and words.
func spelt(spans []span) string {
	var parts []string
	for _, s := range spans {
		if words := strings.Join(strings.Fields(s.text), " "); words != "" {
			parts = append(parts, fmt.Sprintf("%v:%s", s.weight, words))
		}
	}
	return strings.Join(parts, " | ")
}

func TestADocumentIsReadAsMarkdown(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain text", "Disk full.\nDelete logs.", "1:Disk full. Delete logs."},
		{"a heading opens", "Disk\n## Impact\nBad", "1:Disk | 1:## Impact Bad"},
		{"commands", "Run\n```sh\ndf -h\n# no heading\n```\nthen wait", "1:Run | 0.4:df -h # no heading | 1:then wait"},
		{"commands without an end", "Run\n~~~\ndf -h", "1:Run | 0.4:df -h"},
		{"an address", "See [it](https://x.example/a%20b) now", "1:See [it]( | 0.4:https://x.example/a b | 1:) now"},
		{"an address among commands", "```\ncurl http://x/y\nls\n```", "0.4:curl | 0.4:http://x/y | 0.4:ls"},
		{"a table of contents", "[[_TOC_]]\nText", "1:Text"},
		{"no address", "a :// b", "1:a | 0.4::// | 1:b"},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := spelt(documentSpans(test.text)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestAQueryIsReadAsAnAlert(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"words", "disk full on db", "1:disk full on db"},
		{"what a template left open", "<instance> at {{ $value }}% of ${DISK}", "1:at % of"},
		{"labels", "disk full severity=critical tier=db", "1:disk full | 0.3:severity=critical | 0.3:tier=db"},
		{"an address", "see https://g.example/d/42/disk-overview?orgId=1#top now", "1:see now | 0.3:d/42/disk-overview"},
		{"less than", "latency < 5 and > 3", "1:latency < 5 and > 3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := spelt(querySpans(test.text)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func FuzzSpansLoseNoWord(f *testing.F) {
	f.Add("# a\n```\nb http://c/d\n```\n~~~")
	f.Add("://\x00\xff\n#")
	f.Fuzz(func(t *testing.T, text string) {
		total := 0
		for _, s := range documentSpans(text) {
			total += len(s.text)
		}
		if total > len(text) {
			t.Errorf("%d bytes of %d", total, len(text))
		}
		querySpans(text)
	})
}

func TestARunningTextIsPackedAndUnpacked(t *testing.T) {
	flow := []place{0, 126, passageEnd, 127, 128, 20_000, passageEnd, passageEnd, 3}
	moved := make([]place, 20_001)
	for i := range moved {
		moved[i] = place(i)
	}
	var got []place
	unpack(packFlow(flow, moved), func(term int) { got = append(got, place(term)) }, func() { got = append(got, passageEnd) })
	if !slices.Equal(got, flow) {
		t.Errorf("got %v, want %v", got, flow)
	}
}

func TestAPassageIsFoundInALongRunbook(t *testing.T) {
	filler := strings.Repeat("Ask the owner of the service and write down what was seen. ", 60)
	long := note("long", "# Handbook\n\n"+filler+"\n\n## Replica\n\nThe standby replays its log too slowly after a bulk load.\n\n## Other\n\n"+filler)
	spread := note("spread", "# Standby\n\n"+filler+"\n\n## Log\n\n"+filler+"\n\n## Bulk\n\n"+filler+" slowly load")
	hits := search(t, indexOf(t, long, spread), Query{Text: "standby replays log slowly after bulk load"})
	if hits[0].ID != "long" || hits[0].Legs.Near <= hits[1].Legs.Near || hits[0].Legs.Passage <= hits[1].Legs.Passage {
		t.Errorf("the words' passage isn't told from words that are scattered: %+v", hits)
	}
}

func TestPeopleOnCallCallTheSameThingDifferently(t *testing.T) {
	tests := []struct{ query, want string }{
		{"x509 problem at the partners", "cert"},
		{"out of memory", "leak"},
		{"not enough room on the volume", "disk"},
		{"throttled by the vendor, 429", "quota"},
	}
	docs := append(night(), note("quota", "The rate limit of the vendor was reached"))
	for _, test := range tests {
		if hits := search(t, indexOf(t, docs...), Query{Text: test.query}); hits[0].ID != test.want {
			t.Errorf("%q found %s, want %s", test.query, ids(hits), test.want)
		}
	}
}
