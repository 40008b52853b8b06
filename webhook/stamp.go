package webhook

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"hash/fnv"
	"html/template"
	"strconv"
	"strings"
	"sync"
)

// A page may have a thousand rows, and an event changes one. A browser that has
// the page says so with the stamp that came with it, and gets of the rows that
// have not changed since only which they are.
const (
	rowsHeader  = "X-Rows"
	stampedRows = 8192
)

// stamps know when each row last changed, counted in changes.
type stamps struct {
	mu   sync.Mutex
	era  string // of the count: a restart begins another
	n    int64
	seen map[string]stamped
}

type stamped struct {
	sum string
	at  int64
}

// mark says of each row whether a browser with the stamp has has it already, and
// returns the stamp of the page.
func (s *stamps) mark(has string, lists ...[]rowView) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil || len(s.seen) > stampedRows {
		s.seen, s.era, s.n = make(map[string]stamped), rand.Text()[:8], 0
	}
	since := int64(-1)
	if era, n, ok := strings.Cut(has, "-"); ok && era == s.era {
		if at, err := strconv.ParseInt(n, 10, 64); err == nil {
			since = at
		}
	}
	s.n++
	for _, rows := range lists {
		for i := range rows {
			r := &rows[i]
			key := r.ID
			if r.Active {
				key += " active" // the one row looks different to who is on its page
			}
			was, ok := s.seen[key]
			if !ok || was.sum != r.Sum {
				was = stamped{sum: r.Sum, at: s.n}
				s.seen[key] = was
			}
			r.Same = was.at <= since
		}
	}
	return s.era + "-" + strconv.FormatInt(s.n, 10)
}

// dress renders the rows of a list, and sums up how each looks.
func (p *pages) dress(rows []rowView) error {
	t := p.byName["board"].Lookup("row-in")
	var b bytes.Buffer
	for n := range rows {
		r := &rows[n]
		b.Reset()
		if err := t.Execute(&b, r); err != nil {
			return fmt.Errorf("row %s: %w", r.ID, err)
		}
		h := fnv.New64a()
		h.Write(b.Bytes())
		h.Write([]byte(r.Class()))
		r.In, r.Sum = template.HTML(b.String()), strconv.FormatUint(h.Sum64(), 36) // made by our own template
	}
	return nil
}
