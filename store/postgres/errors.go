package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"ragoffire/engine"
)

// readOnly is the code of a write to a database, or a standby, that is only read.
const (
	readOnly   = "25006"
	isReadOnly = "the database is read-only; nothing was stored"
)

// code returns PostgreSQL's code of an error, "" where err is none of its own.
func code(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// translate gives an error of the database the kind that callers act on.
func translate(err error) error {
	if err == nil || engine.KindOf(err) == engine.Unavailable { // it has its words already
		return err
	}
	text := ""
	switch c := code(err); c {
	case "53100":
		text = "the database's disk is full; nothing was stored"
	case "40001", "40P01", "55P03", "57014": // the last two: the server's time for a lock, or a statement, is up
		text = "the database is busy; try again"
	case readOnly:
		text = isReadOnly
	case "57P01", "57P02", "57P03", "57P05", "25P03":
		text = "the database is restarting; try again"
	case "":
		if !unreachable(err) {
			return err
		}
		text = "the database is out of reach; try again"
	case "53300":
		text = "the database has no connection left; try again"
	default:
		if turnedAway(err) != nil {
			text = "the database takes nobody in; the log says why"
			break
		}
		if class := c[:2]; class != "08" && class != "53" && class != "58" {
			return err
		}
		text = "the database cannot serve this now; try again"
	}
	return &engine.Error{Kind: engine.Unavailable, Text: text, Err: err}
}

// turnedAway returns what a server says that answers and takes nobody in, until
// somebody mends that.
func turnedAway(err error) *pgconn.PgError {
	if e, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		if refused, ok := errors.AsType[*pgconn.PgError](e); ok && !slices.Contains([]string{"08", "53", "57", "58"}, refused.Code[:2]) {
			return refused
		}
	}
	return nil
}

// unreachable reports whether err, which the server did not send, is about the
// way to it.
func unreachable(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false // the caller's own doing
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		// context.DeadlineExceeded is a net.Error too: the caller's, or ours.
		return true
	}
	for _, e := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, e) {
			return true
		}
	}
	return pgconn.SafeToRetry(err) // what pgx calls a connection that is closed
}

// again reports whether the transaction failed because of another one, and may
// be tried once more.
func again(err error) bool {
	c := code(err)
	return c == "40001" || c == "40P01" || numberTaken(err)
}

// numberTaken reports whether an import brought an incident of the number that a
// new one was about to get.
func numberTaken(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "23505" && e.ConstraintName == "incidents_pkey"
}
