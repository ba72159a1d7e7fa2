/** The WebGL2 part of a panorama: a program, and a texture that each picture is written into. */
import { axesOf, extent, type PanoramaLook, type RoundProjection } from './math';
import { FORMS, FRAGMENT, VERTEX } from './shader';

export interface Lens {
  projection: RoundProjection;
  /** Angle that a fisheye's circle takes in, in degrees. */
  fov: number;
}

export class Renderer {
  readonly canvas = document.createElement('canvas');
  private readonly gl: WebGL2RenderingContext;
  private readonly program: WebGLProgram;
  private readonly places = new Map<string, WebGLUniformLocation | null>();
  private picture = { width: 0, height: 0 };

  /** Throws where the browser gives no WebGL2. */
  constructor(lost: () => void) {
    const gl = this.canvas.getContext('webgl2', { alpha: false, depth: false, antialias: false });
    if (!gl) throw new Error('no WebGL2');
    this.gl = gl;
    this.canvas.addEventListener('webglcontextlost', lost);
    this.program = link(gl);
    gl.useProgram(this.program);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    // An equirectangular picture goes on at its left edge where its right one ends.
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.REPEAT);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
  }

  /** Takes the picture that the element shows now. */
  take(video: HTMLVideoElement): void {
    const { gl } = this;
    this.picture = { width: video.videoWidth, height: video.videoHeight };
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, gl.RGB, gl.UNSIGNED_BYTE, video);
  }

  draw(look: PanoramaLook, lens: Lens): void {
    const { gl, canvas } = this;
    if (this.picture.width === 0) return;
    const short = Math.min(this.picture.width, this.picture.height);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.uniformMatrix3fv(this.place('axes'), false, axesOf(look));
    gl.uniform2f(this.place('extent'), ...extent(look.fov, canvas.width, canvas.height));
    gl.uniform1i(this.place('form'), FORMS[lens.projection]);
    gl.uniform1f(this.place('lens'), (lens.fov * Math.PI) / 180);
    gl.uniform2f(this.place('circle'), short / this.picture.width, short / this.picture.height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Gives the context back at once: a page has few. */
  close(): void {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
    this.canvas.remove();
  }

  private place(name: string): WebGLUniformLocation | null {
    if (!this.places.has(name)) this.places.set(name, this.gl.getUniformLocation(this.program, name));
    return this.places.get(name) ?? null;
  }
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error('the WebGL context is lost');
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? 'the shader does not link');
  return program;
}
