import sharp from 'sharp';

// Global to a process, and imported wherever one decodes: once is enough. Raw pixels need no loader and are not concerned.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'] });
// Pictures are worked on side by side on libuv's threads: threads within one, and the cache, only cost memory.
sharp.concurrency(1);
sharp.cache(false);
