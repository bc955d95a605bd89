# SPDX-License-Identifier: GPL-2.0-or-later
"""page.py CMODX SOURCE_ROOT [SCREENSHOTS]: the page as a browser shows it, on a telephone and on a desk, light and
dark: nothing on the console, nothing asked for elsewhere, nothing wider than the screen but what scrolls by itself,
and text that can be told from its background. Skipped where there is no chromium. With a directory, puts pictures of
the page there."""
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile

SCENARIOS = ['tests/scenarios/torn-ecall.yaml', 'tests/scenarios/handler-shares-the-site.yaml',
             'scenarios/catalogue/linux/ftrace-pair-stop-machine.yaml',
             'scenarios/catalogue/linux/ftrace-op-func-pair-ipi.yaml',
             'scenarios/catalogue/linux/flush-icache-all-no-data-fence.yaml',
             'scenarios/catalogue/jit/openjdk-not-entrant-illegal.yaml', 'nowhere.yaml']

# Every text with less contrast to what is behind it than WCAG's level AA asks for.
CONTRAST = r'''
(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = c => [0.2126, 0.7152, 0.0722].reduce((sum, k, i) => {
    const v = c[i] / 255; return sum + k * (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); }, 0);
  const ratio = (a, b) => { const x = luminance(a), y = luminance(b);
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); };
  const behind = e => { for (; e; e = e.parentElement) {
    const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
  /* Of a text in a drawing: the last filled shape before it that covers its middle. */
  const drawn = text => {
    const at = text.getBoundingClientRect(), x = at.x + at.width / 2, y = at.y + at.height / 2;
    let found = behind(text.ownerSVGElement);
    for (const shape of text.ownerSVGElement.querySelectorAll('rect, text')) {
      if (shape === text) break;
      const box = shape.getBoundingClientRect(), fill = getComputedStyle(shape).fill;
      if (shape.tagName === 'rect' && fill.startsWith('rgb') && box.left <= x && x <= box.right && box.top <= y &&
          y <= box.bottom) found = rgba(fill);
    }
    return found;
  };
  const bad = new Set();
  let n = 0;
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(c => c.nodeType === 3 && c.data.trim()) || ['TITLE', 'title', 'desc'].includes(e.tagName))
      continue;
    const svg = e.closest('text');
    const r = ratio(rgba(svg ? getComputedStyle(e).fill : getComputedStyle(e).color), svg ? drawn(svg) : behind(e));
    n++;
    if (r < 4.5) bad.add(`${e.tagName}.${e.getAttribute('class')} ${r.toFixed(2)}`);
  }
  return {n, bad: [...bad]};
})()'''

# Steps whose text or badge reaches out of their box, or badges that cover text.
CRAMPED = r'''
(() => {
  const bad = [];
  for (const text of document.querySelectorAll('svg.d text')) {
    const box = text.getBBox(), view = text.ownerSVGElement.viewBox.baseVal;
    if (view && view.width && (box.x < 0 || box.x + box.width > view.width || box.y + box.height > view.height))
      bad.push('outside: ' + text.textContent);
    const frame = text.previousElementSibling && text.previousElementSibling.matches('text.no') &&
                  text.previousElementSibling.previousElementSibling;
    if (frame && frame.tagName === 'rect' && box.x + box.width > frame.getBBox().x + frame.getBBox().width)
      bad.push('wider than its step: ' + text.textContent);
    if (text.matches('.bt') && text.getBBox().width > text.previousElementSibling.getBBox().width)
      bad.push('wider than its badge: ' + text.textContent);
  }
  return bad;
})()'''


class Browser:
    """Chromium without a window, spoken to over a pair of pipes: a message ends with a zero byte."""

    def __init__(self, program, directory):
        to_read, self.to = os.pipe()
        self.back, back_write = os.pipe()
        # It reads from descriptor 3 and writes to 4; `sh` puts them there, whatever their numbers are here.
        command = ['sh', '-c', f'exec "$@" 3<&{to_read} 4>&{back_write}', 'sh', program, '--headless=new',
                   '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars',
                   '--remote-debugging-pipe', '--user-data-dir=' + directory]
        self.process = subprocess.Popen(command, pass_fds=(to_read, back_write), stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(back_write)
        self.rest, self.number, self.events, self.session = b'', 0, [], None
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        self.session = self.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        for domain in ('Page', 'Runtime', 'Log', 'Network'):
            self.call(domain + '.enable')

    def receive(self):
        while b'\0' not in self.rest:
            data = os.read(self.back, 1 << 20)
            if not data:
                sys.exit('chromium has ended')
            self.rest += data
        message, self.rest = self.rest.split(b'\0', 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': parameters}
        if self.session:
            message['sessionId'] = self.session
        os.write(self.to, json.dumps(message).encode() + b'\0')
        while True:
            answer = self.receive()
            if answer.get('id') == self.number:
                if 'error' in answer:
                    sys.exit(f'{method}: {answer["error"]}')
                return answer['result']
            self.events.append(answer)

    def value(self, expression):
        return self.call('Runtime.evaluate', expression=expression, returnByValue=True)['result'].get('value')

    def show(self, url, width, scheme):
        self.call('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': scheme}])
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call('Page.navigate', url=url)
        while not (self.value('document.readyState') == 'complete' and self.value('location.href') == url):
            pass

    def end(self):
        self.process.terminate()
        self.process.wait()


def check_page(browser, url, width, scheme):
    """The faults of the page at this width."""
    faults = []
    browser.show(url, width, scheme)
    browser.value("document.querySelectorAll('details').forEach(d => d.open = true)")
    if browser.value("matchMedia('(prefers-color-scheme: dark)').matches") != (scheme == 'dark'):
        faults.append('the browser does not do as asked')
    for element in ('document.documentElement', 'document.body'):
        wide = browser.value(element + '.scrollWidth')
        if wide > width:
            faults.append(f'{element} is {wide} wide')
    contrast = browser.value(CONTRAST)
    if contrast['n'] < 500:
        faults.append(f'only {contrast["n"]} texts')
    faults += [f'contrast: {text}' for text in contrast['bad']]
    faults += browser.value(CRAMPED)
    return faults


def console_and_network(browser, url):
    faults = []
    for event in browser.events:
        method, parameters = event.get('method'), event.get('params', {})
        if method in ('Log.entryAdded', 'Runtime.consoleAPICalled', 'Runtime.exceptionThrown'):
            faults.append(f'{method}: {parameters}')
        if method == 'Network.requestWillBeSent' and parameters['request']['url'].split('#')[0] != url:
            faults.append(f'asks for {parameters["request"]["url"]}')
    return faults


def picture(browser, path, width):
    height = min(browser.value('document.documentElement.scrollHeight'), 16000)
    clip = {'x': 0, 'y': 0, 'width': width, 'height': height, 'scale': 1}
    shot = browser.call('Page.captureScreenshot', clip=clip, captureBeyondViewport=True)['data']
    with open(path, 'wb') as file:
        file.write(base64.b64decode(shot))


def main():
    cmodx, root = (os.path.abspath(path) for path in sys.argv[1:3])
    pictures = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else None
    program = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
    if not program:
        print('no chromium')
        return 77
    failed = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        page = os.path.join(directory, 'page.html')
        with open(page, 'wb') as file:
            subprocess.run([cmodx, 'test', '--format', 'html', *SCENARIOS], cwd=root, stdout=file,
                           stderr=subprocess.DEVNULL, check=False)
        browser = Browser(program, os.path.join(directory, 'profile'))
        url = 'file://' + page
        for scheme in ('light', 'dark'):
            for width in (320, 400, 1400):
                faults = check_page(browser, url, width, scheme)
                if pictures:
                    browser.show(url, width, scheme)
                    picture(browser, os.path.join(pictures, f'page-{scheme}-{width}.png'), width)
                print(f'{"FAIL" if faults else "ok"} {scheme}, {width} pixels', *sorted(set(faults)), sep='\n  ')
                failed += bool(faults)
        faults = console_and_network(browser, url)
        print('FAIL' if faults else 'ok', 'console and network', *faults, sep='\n  ')
        browser.end()
    return 1 if failed or faults else 0


if __name__ == '__main__':
    sys.exit(main())
