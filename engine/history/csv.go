package history

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"ragoffire/engine"
)

// CSV reads a table whose first line names the columns, as the rows of JSON are
// named. Commas, semicolons and tabs separate; quoted fields may hold lines.
func CSV(name, kind string, data []byte) []engine.Line {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator(data), -1, true
	var lines []engine.Line
	bad := func(line int, text string, args ...any) {
		lines = append(lines, engine.Line{File: name, Line: line, Err: engine.Invalidf("body", text, args...)})
	}
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		bad(1, "not CSV: %s", csvReason(err))
		return lines
	}
	if unclosed(r, header, data) {
		bad(1, unclosedText)
		return lines
	}
	columns := make([]string, len(header))
	known := false
	for n, h := range header {
		columns[n] = propertyOf(h)
		known = known || columns[n] == "title" || columns[n] == symptom || columns[n] == "text"
	}
	if !known {
		bad(1, "none of the columns title, symptom and text is there; the first line names the columns")
		return lines
	}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			line := 1
			if p, ok := errors.AsType[*csv.ParseError](err); ok {
				line = p.StartLine
			}
			bad(line, "not CSV: %s", csvReason(err))
			return lines
		}
		line, _ := r.FieldPos(0)
		if unclosed(r, record, data) {
			bad(line, unclosedText)
			return lines
		}
		if len(record) > len(columns) && strings.TrimSpace(strings.Join(record[len(columns):], "")) != "" {
			bad(line, "%d fields where the first line names %d columns; quote what holds a separator", len(record), len(columns))
			continue
		}
		values := make(map[string]any, len(record))
		for n, field := range record[:min(len(record), len(columns))] {
			own := header[n] == columns[n] // goes before what else people call it
			if field = strings.ReplaceAll(field, "\r\n", "\n"); strings.TrimSpace(field) != "" && (own || values[columns[n]] == nil) {
				values[columns[n]] = field
			}
		}
		if len(values) == 0 {
			continue
		}
		if said := kindOfWord(take(values, "kind")); said != "" {
			values["kind"] = said
		}
		l := engine.Line{File: name, Line: line}
		l.Row, l.Err = engine.ReadRow(values, kind)
		lines = append(lines, l)
	}
}

const unclosedText = "a quote opens a field here and nothing closes it, so the lines below are not read; close it, and import the file again"

// unclosed reports whether a record's last field is quoted and ends only because
// the data do: lenient about quotes, the reader takes all that is left for it.
func unclosed(r *csv.Reader, record []string, data []byte) bool {
	if r.InputOffset() < int64(len(data)) {
		return false
	}
	line, column := r.FieldPos(len(record) - 1)
	at := column - 1
	for ; line > 1; line-- {
		at += bytes.IndexByte(data[at-column+1:], '\n') + 1
	}
	field, quoted := bytes.CutPrefix(data[at:], []byte(`"`))
	if !quoted {
		return false
	}
	field = bytes.TrimRight(field, "\r\n")
	quotes := len(field) - len(bytes.TrimRight(field, `"`))
	return quotes%2 == 0 // two are one that is meant
}

func csvReason(err error) string {
	if p, ok := errors.AsType[*csv.ParseError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// separator is what the first line separates its columns by.
func separator(data []byte) rune {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	best, most := ',', bytes.Count(first, []byte(","))
	for _, c := range ";\t" {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}
