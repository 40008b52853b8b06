package sqlite

import (
	"context"
	"math/bits"
	"strings"
)

// maxRows is how many rows one statement writes at most. What a statement costs
// besides its rows is then small, and there are few different ones to prepare.
const maxRows = 32

// insertMany writes rows with few statements: head, the rows' placeholders, tail.
// Their texts differ by the sizes of chunk only.
func (t *tx) insertMany(ctx context.Context, head, row, tail string, rows [][]any) error {
	for len(rows) > 0 {
		n := chunk(len(rows))
		args := make([]any, 0, n*len(rows[0]))
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		if _, err := t.exec(ctx, head+strings.Repeat(row+", ", n-1)+row+tail, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// chunk is the largest power of two, or half as much again, of n rows: two
// statements then write what a busy moment brings, and there are ten of a kind.
func chunk(n int) int {
	n = min(n, maxRows)
	two := 1 << (bits.Len(uint(n)) - 1)
	if two > 1 && n >= two+two/2 {
		return two + two/2
	}
	return two
}
