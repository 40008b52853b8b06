package engine

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
)

// maxLine is the longest line of an import; the largest runbooks are a tenth.
const maxLine = 16 << 20

// ReadLines reads rows as JSON, one a line; empty lines are skipped. Its error
// is the reader's and ends it. kind is what a row is that does not say.
func ReadLines(r io.Reader, file, kind string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		in := bufio.NewReaderSize(Decoded(r), 64<<10)
		for n := 1; ; n++ {
			data, long, err := readLine(in)
			l := Line{File: file, Line: n}
			switch data = bytes.TrimSpace(data); {
			case long:
				l.Err = Invalidf("body", "the line is longer than %d MiB; split the row's text", maxLine>>20)
			case len(data) > 0:
				l.Row, l.Err = ParseRow(data, kind)
			}
			if (long || len(data) > 0) && (err == nil || errors.Is(err, io.EOF)) && !yield(l, nil) {
				return
			}
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Line{}, err)
				return
			}
		}
	}
}

// readLine reads a line; of one that is too long nothing is kept.
func readLine(in *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			long, line = true, nil
		}
		if !long {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}

// Export writes all of the history that import takes back, one row a line:
// runbooks by id, then past incidents and those that were fixed here, the latest
// start first. Examples are among them and marked.
func (e *Engine) Export(ctx context.Context, w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return e.store.View(ctx, func(r Reader) error {
		err := each(func(after string) (string, error) {
			page, next, err := r.Runbooks(ctx, after, 500)
			for n := range page {
				if err == nil {
					err = enc.Encode(RunbookRow(&page[n]))
				}
			}
			return next, err
		})
		if err != nil {
			return err
		}
		return each(func(after string) (string, error) {
			page, next, err := r.Incidents(ctx, IncidentFilter{Status: Resolved}, after, 500)
			for n := range page {
				if err == nil && (page[n].Historical || page[n].Fix()) {
					err = enc.Encode(IncidentRow(&page[n]))
				}
			}
			return next, err
		})
	})
}
