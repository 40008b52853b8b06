package bot

import (
	"errors"
	"net/url"

	"ragoffire/engine"
)

// words maps an error to what a person reads: the one place where the engine's
// kinds of error become chat. What is not the engine's is internal: it is
// logged, and people learn where.
func words(err error, ref string) string {
	e, ok := errors.AsType[*engine.Error](err)
	if !ok {
		return "That failed inside rof. Nothing is known to have changed; the log tells more under `" + ref + "`."
	}
	switch e.Kind {
	case engine.Invalid:
		return e.Text
	case engine.NotFound:
		return title(e.Text)
	case engine.Conflict:
		return "No change: " + e.Text
	case engine.Denied:
		return "Not allowed: " + e.Text
	case engine.Unavailable:
		return "Not stored: " + e.Text
	}
	return e.Text
}

// theirs reports whether an error is an answer to the person, rather than a
// failure to be tried again.
func theirs(err error) bool {
	switch engine.KindOf(err) {
	case engine.Invalid, engine.NotFound, engine.Conflict, engine.Denied:
		return true
	}
	return false
}

// quiet takes the address out of a transport's error: those of webhooks and
// response URLs are secrets.
func quiet(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// errAlready says that what a person asks for is so already, by themself: a
// second click has nothing to tell, a second command that it is so.
var errAlready = errors.New("already so, by the same person")
