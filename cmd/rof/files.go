package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"ragoffire/engine"
	"ragoffire/engine/history"
)

// maxFile is the largest file that is read whole; JSON lines are not.
const maxFile = 64 << 20

// stdinName stands for standard input among the paths.
const stdinName = "-"

// historyFile is one file to import.
type historyFile struct {
	path string // as it is opened and named in reports
	name string // below the folder that was asked for, with slashes
	kind string // of its rows, by that folder's name
	size int64
}

// gather lists the files of the paths, those of a folder sorted. What a folder
// holds beside is counted; a path that is not there is an error.
func gather(paths []string) (files []historyFile, skipped int, err error) {
	for _, p := range paths {
		if p == stdinName {
			files = append(files, historyFile{path: stdinName, name: stdinName})
			continue
		}
		info, err := os.Stat(p)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", p, cause(err))
		}
		if !info.IsDir() {
			if !history.Known(p) {
				return nil, 0, engine.Invalidf("path", "%s: not a kind of file that can be imported; those are .md, .json, .jsonl and .csv", p)
			}
			files = append(files, historyFile{p, filepath.Base(p), kindAround(filepath.Dir(p)), info.Size()})
			continue
		}
		more, n, err := walk(p)
		if err != nil {
			return nil, 0, err
		}
		files, skipped = append(files, more...), skipped+n
	}
	return files, skipped, nil
}

func walk(root string) (files []historyFile, skipped int, err error) {
	kind := kindAround(root)
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("%s: %w", p, cause(err))
		}
		hidden := p != root && strings.HasPrefix(d.Name(), ".")
		if d.IsDir() {
			if hidden || d.Name() == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		if err != nil || hidden || !d.Type().IsRegular() || !history.Known(p) {
			skipped++
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		files = append(files, historyFile{p, filepath.ToSlash(rel), kind, info.Size()})
		return nil
	})
	return files, skipped, err
}

// kindAround is the kind that a folder's own name speaks of.
func kindAround(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return history.KindOf(filepath.Base(dir))
}

// cause is a file error without the path, which is named already.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

func total(files []historyFile) (size int64) {
	for _, f := range files {
		size += f.size
	}
	return size
}

// lines reads the rows of a file. One that cannot be read is a bad row of its
// own; the rest goes in.
func (f historyFile) lines(stdin io.Reader, bar *progress) iter.Seq2[engine.Line, error] {
	return func(yield func(engine.Line, error) bool) {
		bad := func(err error) { yield(engine.Line{File: f.path, Line: 1, Err: err}, nil) }
		if f.path == stdinName {
			engine.ReadLines(bar.reader(stdin), "stdin", "")(yield)
			return
		}
		in, err := os.Open(f.path)
		if err != nil {
			bad(cause(err))
			return
		}
		defer func() { _ = in.Close() }()
		if history.Streams(f.name) {
			kind := history.KindOf(f.name)
			if kind == "" {
				kind = f.kind
			}
			for l, err := range engine.ReadLines(bar.reader(in), f.path, kind) {
				if err != nil {
					bad(cause(err))
					return
				}
				if !yield(l, nil) {
					return
				}
			}
			return
		}
		data, err := io.ReadAll(io.LimitReader(bar.reader(in), maxFile+1))
		switch {
		case err != nil:
			bad(cause(err))
			return
		case len(data) > maxFile:
			bad(fmt.Errorf("larger than %d MiB; make it JSON lines, which are read line by line", maxFile>>20))
			return
		}
		for _, l := range history.Parse(f.name, f.kind, data) {
			l.File = f.path
			if !yield(l, nil) {
				return
			}
		}
	}
}
