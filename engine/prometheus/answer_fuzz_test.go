package prometheus

import (
	"math"
	"net/http"
	"testing"
)

// FuzzAnswer tries answers of a Prometheus.
func FuzzAnswer(f *testing.F) {
	f.Add(http.StatusOK, []byte(`{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1763863200.5,"1"],[1763863215,"NaN"]]}]}}`))
	f.Add(http.StatusOK, []byte(`{"status":"success","data":{"resultType":"matrix","result":[{"values":[[1e300,"1"],[null,null],[]]}]}}`))
	f.Add(http.StatusUnprocessableEntity, []byte(`{"status":"error","error":"parse error\u0000"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		series, err := parse(status, body)
		if err != nil {
			return
		}
		for _, s := range series {
			for _, v := range s.Samples {
				if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) || v.At.Year() < 1970 || v.At.Year() > 9999 {
					t.Errorf("sample %+v", v)
				}
			}
		}
	})
}
