package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"ragoffire/engine"
)

// JSON reads a file of one row, a list of rows, an object with the lists
// incidents and runbooks, or any number of these one after the other.
func JSON(name, kind string, data []byte) []engine.Line {
	r := jsonReader{name: name, data: data, kind: kind}
	d := json.NewDecoder(bytes.NewReader(data))
	for {
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			if !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				r.broken(err, int(d.InputOffset()))
			}
			break
		}
		r.document(raw, int(d.InputOffset())-len(raw))
	}
	return r.lines
}

// jsonReader reads rows and tells the lines they begin on.
type jsonReader struct {
	name, kind string
	data       []byte
	lines      []engine.Line

	counted, line int // line breaks before counted
}

// lineAt is the line of an offset; offsets rise from call to call.
func (r *jsonReader) lineAt(offset int) int {
	offset = min(max(offset, r.counted), len(r.data))
	r.line += bytes.Count(r.data[r.counted:offset], []byte("\n"))
	r.counted = offset
	return r.line + 1
}

func (r *jsonReader) broken(err error, offset int) {
	text := "it ends too early"
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		text, offset = syntax.Error(), int(syntax.Offset)
	}
	r.lines = append(r.lines, engine.Line{File: r.name, Line: r.lineAt(offset), Err: engine.Invalidf("body", "not JSON: %s", text)})
}

func (r *jsonReader) document(raw json.RawMessage, at int) {
	switch raw[0] {
	case '[':
		r.list(raw, at, r.kind)
		return
	case '{':
		var lists struct {
			Incidents json.RawMessage `json:"incidents"`
			Runbooks  json.RawMessage `json:"runbooks"`
		}
		if json.Unmarshal(raw, &lists) != nil || !isList(lists.Incidents) && !isList(lists.Runbooks) {
			break
		}
		type part struct {
			raw  json.RawMessage
			kind string
			at   int
		}
		parts := []part{
			{lists.Incidents, engine.KindIncident, at + bytes.Index(raw, lists.Incidents)},
			{lists.Runbooks, engine.KindRunbook, at + bytes.Index(raw, lists.Runbooks)},
		}
		if parts[1].at < parts[0].at {
			parts[0], parts[1] = parts[1], parts[0]
		}
		for _, p := range parts {
			if isList(p.raw) {
				r.list(p.raw, p.at, p.kind)
			}
		}
		return
	}
	r.row(raw, at, r.kind)
}

func isList(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '[' }

// list reads the rows of a list that is valid JSON.
func (r *jsonReader) list(raw json.RawMessage, at int, kind string) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return
	}
	for d.More() {
		var row json.RawMessage
		if err := d.Decode(&row); err != nil {
			r.broken(err, at)
			return
		}
		r.row(row, at+int(d.InputOffset())-len(row), kind)
	}
}

func (r *jsonReader) row(raw json.RawMessage, at int, kind string) {
	l := engine.Line{File: r.name, Line: r.lineAt(at)}
	l.Row, l.Err = engine.ParseRow(raw, kind)
	r.lines = append(r.lines, l)
}
