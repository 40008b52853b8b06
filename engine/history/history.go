// Package history reads post-mortems and runbooks as teams keep them - Markdown,
// JSON, JSON lines, CSV - and turns them into the rows that an import takes. It
// reads bytes and opens no file.
package history

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"

	"ragoffire/engine"
)

// Known reports whether a file's name says that Parse can read it.
func Known(name string) bool {
	switch extension(name) {
	case ".md", ".markdown", ".json", ".jsonl", ".ndjson", ".csv":
		return true
	}
	return false
}

// Streams reports whether a file holds JSON lines, which engine.ReadLines reads
// without holding all of them.
func Streams(name string) bool {
	return slices.Contains([]string{".jsonl", ".ndjson"}, extension(name))
}

// Parse reads all rows of a file. Its name is the path below the folder that is
// imported, with slashes: what a document does not say of itself is taken from
// there, its id first of all, so that it is the same row when it comes again.
// kind is what its rows are where neither they nor the name say. In each line
// Err says what is wrong with that row.
func Parse(name, kind string, data []byte) []engine.Line {
	data = text(data)
	if said := KindOf(name); said != "" {
		kind = said
	}
	switch extension(name) {
	case ".md", ".markdown":
		row, line, err := Markdown(name, kind, data)
		return []engine.Line{{File: name, Line: line, Row: row, Err: err}}
	case ".csv":
		return CSV(name, kind, data)
	case ".json":
		return JSON(name, kind, data)
	}
	var lines []engine.Line
	for l := range engine.ReadLines(strings.NewReader(string(data)), name, kind) {
		lines = append(lines, l)
	}
	return lines
}

// text is a file as it is read: without its byte order mark, and in UTF-8.
func text(data []byte) []byte {
	utf8, _ := io.ReadAll(engine.Decoded(bytes.NewReader(data))) // memory does not fail
	return []byte(engine.Clean(string(utf8)))
}

func extension(name string) string { return strings.ToLower(path.Ext(name)) }

// stem is a file's name without folder and extension.
func stem(name string) string {
	base := path.Base(name)
	return strings.TrimSuffix(base, path.Ext(base))
}

// KindOf is the kind of row that a path speaks of, nearest to the file first, or
// "": runbooks/disk.md, INC-7-postmortem.md.
func KindOf(name string) string {
	parts := strings.Split(name, "/")
	for _, part := range slices.Backward(parts) {
		words := strings.FieldsFunc(strings.ToLower(part), func(r rune) bool { return !unicode.IsLetter(r) })
		for n, w := range words {
			switch strings.TrimSuffix(w, "s") {
			case "runbook", "playbook", "handbook":
				return engine.KindRunbook
			case "postmortem", "incident", "rca", "outage":
				return engine.KindIncident
			case "mortem":
				if n > 0 && words[n-1] == "post" {
					return engine.KindIncident
				}
			}
		}
	}
	return ""
}

// idOf is an id made of a path: readable, and one for each path. A colon stands
// for the slash, which would not fit an address.
func idOf(name string) string {
	name = strings.TrimSuffix(name, path.Ext(name))
	id := strings.Map(func(r rune) rune {
		switch {
		case r == '/':
			return ':'
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r), strings.ContainsRune("-_.", r):
			return r
		}
		return '-'
	}, name)
	const long = 120
	if id == strings.ReplaceAll(name, "/", ":") && len(id) <= long {
		return id
	}
	sum := sha256.Sum256([]byte(name))
	if len(id) > long {
		id = strings.ToValidUTF8(id[:long], "")
	}
	return id + "-" + hex.EncodeToString(sum[:4])
}
