import type { IncomingMessage, Server } from 'node:http';
import sharp from 'sharp';
import { type WebSocket, WebSocketServer } from 'ws';

/** The sockets of all clients. */
export interface ComfyuiSockets {
  /** By client id. */
  readonly clients: ReadonlyMap<string, WebSocket>;
  attach(server: Server): void;
  send(clientId: string, type: string, data: object): void;
  /** A look at a picture, with what belongs to it where the client said that it understands that. */
  sendFrame(clientId: string, description: { readonly node_id: string; readonly prompt_id: string }): void;
  /** Breaks every connection. */
  drop(): void;
}

export interface SocketsOptions {
  /** An old server passes over what clients say. */
  readonly listens: boolean;
  isAllowed(request: IncomingMessage): boolean;
}

const look = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#404040' } })
  .jpeg()
  .toBuffer();

export function createSockets({ listens, isAllowed }: SocketsOptions): ComfyuiSockets {
  const clients = new Map<string, WebSocket>();
  const describing = new Set<string>();
  const sockets = new WebSocketServer({ noServer: true });
  const send = (clientId: string, type: string, data: object) =>
    clients.get(clientId)?.send(JSON.stringify({ type, data }));

  function welcome(socket: WebSocket, clientId: string): void {
    clients.set(clientId, socket);
    // As ComfyUI does, whichever socket of this client it is that closes.
    socket.on('close', () => clients.delete(clientId));
    socket.once('message', (message) => {
      const { type, data } = JSON.parse(String(message));
      if (!listens || type !== 'feature_flags') return;
      if (data.supports_preview_metadata === true) describing.add(clientId);
      send(clientId, 'feature_flags', { supports_preview_metadata: true });
    });
    send(clientId, 'status', { status: { exec_info: { queue_remaining: 0 } }, sid: clientId });
  }

  return {
    clients,
    attach(server) {
      server.on('upgrade', (request, connection, head) => {
        const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
        if (pathname !== '/ws' || !isAllowed(request)) {
          connection.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
          return;
        }
        const clientId = searchParams.get('clientId') ?? '';
        sockets.handleUpgrade(request, connection, head, (socket) => welcome(socket, clientId));
      });
    },
    send,
    sendFrame(clientId, description) {
      const frame = describing.has(clientId) ? toDescribedFrame(description) : toPlainFrame();
      clients.get(clientId)?.send(frame);
    },
    drop() {
      for (const socket of clients.values()) socket.terminate();
    },
  };
}

/** Event 1, format 1 (JPEG), and the picture. */
function toPlainFrame(): Buffer {
  return Buffer.concat([toNumber(1), toNumber(1), look]);
}

/** Event 4, the length of the description, the description, and the picture. */
function toDescribedFrame(description: object): Buffer {
  const json = Buffer.from(JSON.stringify({ ...description, image_type: 'image/jpeg' }));
  return Buffer.concat([toNumber(4), toNumber(json.byteLength), json, look]);
}

function toNumber(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}
