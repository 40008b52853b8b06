package webhook

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// packed is a body in both forms that it may be asked for in.
type packed struct{ plain, gzip []byte }

func pack(body []byte) packed {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		_, err = w.Write(body)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil || b.Len() >= len(body) {
		return packed{plain: body}
	}
	return packed{plain: body, gzip: b.Bytes()}
}

func (p packed) send(c echo.Context, status int, kind string) error {
	h := c.Response().Header()
	h.Set(echo.HeaderVary, echo.HeaderAcceptEncoding)
	if p.gzip != nil && takesGzip(c.Request().Header.Get(echo.HeaderAcceptEncoding)) {
		h.Set(echo.HeaderContentEncoding, "gzip")
		return c.Blob(status, kind, p.gzip)
	}
	return c.Blob(status, kind, p.plain)
}

// takesGzip reads what codings a client takes: one of no weight it does not.
func takesGzip(accepted string) bool {
	for part := range strings.SplitSeq(accepted, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			_, q, _ := strings.Cut(weight, "=")
			n, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			return err != nil || n > 0
		}
	}
	return false
}
