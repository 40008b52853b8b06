package engine

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// Decoded reads text as UTF-8 without a byte order mark. Text in UTF-16 is known
// by its mark: spreadsheets save it so, and so does what PowerShell redirects into
// a file, an export too. All other bytes stay as they are.
func Decoded(r io.Reader) io.Reader {
	in := bufio.NewReaderSize(r, 64<<10)
	mark, _ := in.Peek(3) // an error comes again with the next read
	if string(mark) == "\ufeff" {
		_, _ = in.Discard(len(mark))
		return in
	}
	if len(mark) < 2 {
		return in
	}
	order := binary.ByteOrder(binary.LittleEndian)
	switch {
	case mark[0] == 0xfe && mark[1] == 0xff:
		order = binary.BigEndian
	case mark[0] != 0xff || mark[1] != 0xfe:
		return in
	}
	_, _ = in.Discard(2)
	return &utf16Reader{in: in, order: order, left: make([]byte, 0, utf8.UTFMax)}
}

// utf16Reader turns UTF-16 into UTF-8. Half a pair becomes U+FFFD.
type utf16Reader struct {
	in    *bufio.Reader
	order binary.ByteOrder
	left  []byte // of a character that did not fit
}

func (u *utf16Reader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(u.left) > 0 {
			took := copy(p[n:], u.left)
			n, u.left = n+took, append(u.left[:0], u.left[took:]...)
			continue
		}
		if n > 0 && u.in.Buffered() < 4 {
			return n, nil // what is there goes first: the next read may wait
		}
		c, err := u.next()
		if err != nil {
			return n, err
		}
		u.left = utf8.AppendRune(u.left, c)
	}
	return n, nil
}

func (u *utf16Reader) next() (rune, error) {
	c, err := u.unit()
	if err != nil || !utf16.IsSurrogate(c) {
		return c, err
	}
	second, err := u.in.Peek(2)
	if err != nil {
		return utf8.RuneError, nil
	}
	whole := utf16.DecodeRune(c, rune(u.order.Uint16(second)))
	if whole != utf8.RuneError {
		_, _ = u.in.Discard(2)
	}
	return whole, nil
}

func (u *utf16Reader) unit() (rune, error) {
	b, err := u.in.Peek(2)
	if len(b) == 1 && errors.Is(err, io.EOF) { // half of one
		_, _ = u.in.Discard(1)
		return utf8.RuneError, nil
	}
	if err != nil {
		return 0, err
	}
	c := rune(u.order.Uint16(b))
	_, _ = u.in.Discard(2)
	return c, nil
}
