package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"ragoffire/engine"
)

// The exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// command is one subcommand. Its usage is a line; its help is what --help shows.
type command struct {
	name, usage, help string
	run               func(ctx context.Context, args []string, getenv func(string) string, std streams) error
}

func commands() []command {
	return []command{
		{"serve", "rof serve", serveHelp, serve},
		{"demo", "rof demo [--keep]", demoHelp, demo},
		{"analyze", "rof analyze [--error-type T] [--spike PCT] [--service S] [--json] [TEXT…]", analyzeHelp, analyze},
		{"backtest", "rof backtest [--json] [--plot FILE.svg]", backtestHelp, backtest},
		{"search", "rof search [-k N] [--json] QUERY…", searchHelp, search},
		{"import", "rof import [--dry-run] [--since 180d] [--json] PATH…|slack:CHANNEL…", importHelp, importHistory},
		{"drafts", "rof drafts [--json] [show ID…|accept ID…|drop ID…]", draftsHelp, drafts},
		{"export", "rof export [FILE]", exportHelp, export},
		{"postmortem", "rof postmortem ID [FILE]", postmortemHelp, postmortem},
		{"backup", "rof backup FILE", backupHelp, backup},
		{"route", "rof route explain [--source NAME] [--at TIME] FILE", routeHelp, routeCommand},
		{"seeds", "rof seeds remove", seedsHelp, seedsCommand},
		{"doctor", "rof doctor [--post] [--json]", doctorHelp, doctor},
		{"source", "rof source list [--json] | rof source test [--json] NAME FILE", sourceHelp, sourceCommand},
		{"migrate", "rof migrate", migrateHelp, migrate},
		{"healthcheck", "rof healthcheck", healthcheckHelp, healthcheck},
		{"version", "rof version", versionHelp, version},
	}
}

// usageError is a mistake in how a command was typed.
type usageError struct{ text string }

func (u *usageError) Error() string { return u.text }

// errReported is a failure of which everything is said already.
var errReported = errors.New("see above")

// errStopped says that a signal ended a command.
var errStopped = errors.New("stopped before it was done")

// readerFunc is a reader made of its one method.
type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// whileItLasts reads from in until ctx ends, which a terminal where nobody types would not
// let a signal do.
func whileItLasts(ctx context.Context, in io.Reader) io.Reader {
	type read struct {
		b   []byte
		err error
	}
	return readerFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		done := make(chan read, 1)
		go func() { // it may stay until the process ends, with a buffer of its own
			b := make([]byte, len(p))
			n, err := in.Read(b)
			done <- read{b[:n], err}
		}()
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case r := <-done:
			return copy(p, r.b), r.err
		}
	})
}

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// run is the whole program as a function of its inputs; it returns the exit
// status.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	std := streams{whileItLasts(ctx, stdin), stdout, stderr}
	if getenv("NO_COLOR") != "" || getenv("TERM") == "dumb" {
		std.out = plain{stdout}
	}
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "--help", "-help"}, args[0]) {
		return help(std, args)
	}
	for _, c := range commands() {
		if c.name == args[0] {
			err := c.run(ctx, args[1:], getenv, std)
			if ctx.Err() != nil && errors.Is(err, context.Canceled) {
				err = errStopped
			}
			return status(c, err, std)
		}
	}
	return noCommand(std, args[0])
}

func noCommand(std streams, name string) int {
	_, _ = fmt.Fprintf(std.err, "rof: there is no command %q; rof help lists them\n", name)
	return exitUsage
}

// status says what a command's error means, in one line.
func status(c command, err error, std streams) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, errReported) {
		return exitFailed
	}
	if errors.Is(err, flag.ErrHelp) {
		_, _ = fmt.Fprintf(std.out, "usage: %s\n\n%s", c.usage, c.help)
		return exitDone
	}
	text := told(err)
	code := exitFailed
	e, ok := errors.AsType[*engine.Error](err)
	typed := ok && e.Kind == engine.Invalid && e.Field != "DATABASE_URL" // which is not typed with it
	if _, ok := errors.AsType[*usageError](err); ok || typed {
		code = exitUsage
		text += "; usage: " + c.usage
	}
	_, _ = fmt.Fprintf(std.err, "rof %s: %s\n", c.name, text)
	return code
}

// told is an error in one line: the engine's words for it, and why something was
// out of reach.
func told(err error) string {
	e, ok := errors.AsType[*engine.Error](err)
	switch {
	case !ok:
		return strings.ReplaceAll(err.Error(), "\n\t", " ") // a driver's way to go on
	case e.Err != nil && e.Kind == engine.Unavailable:
		return e.Text + " (" + strings.Join(strings.Fields(e.Err.Error()), " ") + ")"
	}
	return e.Text
}

func help(std streams, args []string) int {
	w := std.out
	if len(args) > 1 {
		for _, c := range commands() {
			if c.name == args[1] {
				_, _ = fmt.Fprintf(w, "usage: %s\n\n%s", c.usage, c.help)
				return exitDone
			}
		}
		return noCommand(std, args[1])
	}
	_, _ = fmt.Fprint(w, "RAG of Fire: what is this alert, have we seen it, what worked, how sure are we.\n\ncommands:\n")
	for _, c := range commands() {
		line, _, _ := strings.Cut(c.help, "\n")
		_, _ = fmt.Fprintf(w, "  %-12s %s\n", c.name, line)
	}
	_, _ = fmt.Fprint(w, "\nrof help COMMAND says more. Settings come from the environment; the README lists them.\n")
	return exitDone
}

// parse reads flags wherever they stand among the words, and returns the words.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	var words []string
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, usagef("%s", err)
		}
		rest := fs.Args()
		if len(rest) == 0 {
			return words, nil
		}
		if n := len(args) - len(rest); n > 0 && args[n-1] == "--" {
			return append(words, rest...), nil
		}
		words = append(words, rest[0])
		args = rest[1:]
	}
}

// none refuses words where a command takes none.
func none(name string, args []string) error {
	words, err := parse(flag.NewFlagSet(name, flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return usagef("unexpected %q", words[0])
	}
	return nil
}
