package main

import (
	"fmt"
	"io"
	"strings"
)

// progress is a bar that a terminal shows while much is read: by bytes, which
// are known beforehand, with the rows that are in. Elsewhere it is silent.
type progress struct {
	w     io.Writer // nil where nobody watches
	total int64
	read  int64
	shown bool
}

func newProgress(w io.Writer, total int64) *progress {
	if !terminal(w) {
		w = nil
	}
	return &progress{w: w, total: total}
}

// reader counts what is read.
func (p *progress) reader(r io.Reader) io.Reader { return &countingReader{r, p} }

type countingReader struct {
	io.Reader
	p *progress
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.p.read += int64(n)
	return n, err
}

// rows draws the bar.
func (p *progress) rows(n int) {
	if p.w == nil {
		return
	}
	p.shown = true
	_, _ = io.WriteString(p.w, "\r\x1b[K"+p.line(n))
}

// line is the bar as text; without a total, as from a pipe, only the rows.
func (p *progress) line(rows int) string {
	const width = 30
	if p.total <= 0 {
		return fmt.Sprintf("%d rows", rows)
	}
	part := min(1, float64(p.read)/float64(p.total))
	full := int(part * width)
	return fmt.Sprintf("[%s%s] %3.0f%%  %d rows", strings.Repeat("#", full), strings.Repeat(".", width-full), 100*part, rows)
}

// clear takes the bar away, for a line of text or at the end.
func (p *progress) clear() {
	if p.shown {
		_, _ = io.WriteString(p.w, "\r\x1b[K")
		p.shown = false
	}
}
