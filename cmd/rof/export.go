package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"ragoffire/engine"
)

const exportHelp = `the history as JSON lines that import takes back

  FILE   where to; standard output where missing

Past incidents, those that were fixed here, and runbooks; examples are marked with "seed": true.

example:
  rof export history.jsonl
`

func export(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	words, err := parse(flag.NewFlagSet("export", flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	if len(words) > 1 {
		return usagef("one file at most; unexpected %q", words[1])
	}
	return withHistory(ctx, getenv, std, func(e *engine.Engine) error {
		if len(words) == 0 || words[0] == stdinName {
			return exportTo(ctx, e, std.out)
		}
		return replaceFile(words[0], func(w io.Writer) error { return exportTo(ctx, e, w) })
	})
}

func exportTo(ctx context.Context, e *engine.Engine, w io.Writer) error {
	b := bufio.NewWriter(w)
	if err := e.Export(ctx, b); err != nil {
		return err
	}
	return b.Flush()
}

// replaceFile writes a file beside the named one and then takes its place, so
// that it is either the old one or all of the new one. Where a link leads to a
// file, that is replaced; what is no file, such as /dev/null or a pipe, is written to.
func replaceFile(name string, write func(io.Writer) error) error {
	if name == "" {
		return usagef("the file's name is empty")
	}
	switch info, err := os.Stat(name); {
	case err != nil: // it is not there yet
	case info.IsDir():
		return fmt.Errorf("%s is a folder; name a file in it", name)
	case !info.Mode().IsRegular():
		return writeInto(name, write)
	}
	place := name
	if end, err := filepath.EvalSymlinks(name); err == nil {
		place = end
	}
	f, err := os.CreateTemp(filepath.Dir(place), "."+filepath.Base(place)+".*")
	if err != nil {
		return fmt.Errorf("%s: %w", name, cause(err))
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), place)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", name, cause(err)), os.Remove(f.Name()))
	}
	return nil
}

func writeInto(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", name, cause(err))
	}
	return errors.Join(write(f), f.Close())
}
