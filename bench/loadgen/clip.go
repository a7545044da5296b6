package loadgen

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/ivfreader"
)

// clipFile is VP8 of 320 by 180 pixels, made by clip.mjs, whose end meets its
// beginning. Each second begins with a key frame, for these publishers do not
// make one when asked.
//
//go:embed clip.ivf
var clipFile []byte

const filmWidth, filmHeight = 320, 180

// clip is the frames of clipFile and how long one is shown.
var clip = sync.OnceValues(func() (f struct {
	frames [][]byte
	each   time.Duration
}, err error,
) {
	reader, header, err := ivfreader.NewWith(bytes.NewReader(clipFile))
	if err != nil {
		return f, fmt.Errorf("clip.ivf: %w", err)
	}
	f.each = time.Second * time.Duration(header.TimebaseNumerator) / time.Duration(header.TimebaseDenominator)
	for {
		frame, _, err := reader.ParseNextFrame()
		if errors.Is(err, io.EOF) {
			return f, nil
		}
		if err != nil {
			return f, fmt.Errorf("clip.ivf: %w", err)
		}
		f.frames = append(f.frames, frame)
	}
})

// silence is one Opus packet of 20 ms in which nothing is heard.
var silence = media.Sample{Data: []byte{0xf8, 0xff, 0xfe}, Duration: 20 * time.Millisecond}
