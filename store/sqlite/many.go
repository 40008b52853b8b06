package sqlite

import (
	"context"
	"math/bits"
	"strings"
)

// maxRows is how many rows one statement writes at most. What a statement costs
// besides its rows is then small, and there are few different ones to prepare.
const maxRows = 32

// insertMany writes rows with as few statements as possible: head, the rows'
// placeholders, tail. Their texts differ by powers of two only.
func (t *tx) insertMany(ctx context.Context, head, row, tail string, rows [][]any) error {
	for len(rows) > 0 {
		n := 1 << (bits.Len(uint(min(len(rows), maxRows))) - 1)
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
