package postgres

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"ragoffire/engine"
)

func TestWhatIsWrongIsSaidOnceHoweverOftenItIsPassedOn(t *testing.T) {
	for name, cause := range map[string]error{
		"the way":      io.ErrUnexpectedEOF,
		"a restart":    &pgconn.PgError{Code: "57P01"},
		"a full disk":  &pgconn.PgError{Code: "53100"},
		"another's tx": &pgconn.PgError{Code: "40001"},
	} {
		t.Run(name, func(t *testing.T) {
			err := translate(cause)
			for range 3 {
				err = translate(fmt.Errorf("read the incident: %w", err))
			}
			if engine.KindOf(err) != engine.Unavailable || strings.Count(err.Error(), "unavailable:") != 1 || again(err) != again(cause) {
				t.Errorf("%v", err)
			}
		})
	}
}
